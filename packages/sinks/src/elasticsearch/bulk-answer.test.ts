import { expect, it } from "vitest";
import { readBulkAnswer } from "./bulk-answer.ts";

const item = (more: string, id = "a"): string => `{"create":{"_id":"${id}",${more}}}`;
const answer = (...items: readonly string[]): string =>
	`{"errors":false,"items":[${items.join(",")}]}`;
const CREATED = '"status":201';

it.each([
	["an error of no type", '"error":{"reason":"x"}'],
	["an error that is a text", '"error":"x"'],
	["an error that says nothing", '"error":{}'],
])(
	"[sinks.elastic_items] takes no item for created that has %s, whatever its status",
	(_, error) => {
		const body = answer(item(`${CREATED},${error}`), item(CREATED, "b"));
		expect(readBulkAnswer(body, ["a", "b"])).toMatchObject([
			{ index: 0, verdict: "retry", code: "item_201" },
		]);
	},
);

it("[sinks.elastic_items] takes an item without an error for created", () => {
	for (const error of ["", ',"error":null', ',"result":"created"'])
		expect(readBulkAnswer(answer(item(CREATED + error)), ["a"])).toEqual([]);
});

it("[sinks.elastic_answers] takes no answer that speaks of other events than were sent", () => {
	const a = item(CREATED);
	const b = item(CREATED, "b");
	for (const items of [[b, a], [a], [a, b, b], ["", a, b], [a, b, ""], [a + b], ["null", b]])
		expect([items, readBulkAnswer(answer(...items), ["a", "b"])]).toEqual([items, undefined]);
});
