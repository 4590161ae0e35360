import { expect, it } from "vitest";
import { onceAMinute } from "./once-a-minute.ts";

it("tells of each code at once, and again only when a minute has passed since it was told", () => {
	const told: string[] = [];
	let nowMs = 5;
	const tell = onceAMinute(
		({ message }) => void told.push(message),
		() => nowMs,
	);
	const say = (code: string): void =>
		tell(Object.assign(new Error(`${code} at ${nowMs}`), { code }));
	for (const at of [5, 30_000, 60_004, 60_005, 90_000, 120_005]) {
		nowMs = at;
		say("a");
		if (at === 30_000) say("b");
	}
	expect(told).toEqual(["a at 5", "b at 30000", "a at 60005", "a at 120005"]);
});
