import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cellName, cells, requestOf } from "./cells.ts";
import { answerings, idOf } from "./outcomes.ts";
import { type Rig, rig } from "./rig.ts";

describe.each(cells.map((cell) => [cellName(cell), cell] as const))("%s", (_name, cell) => {
	let pair: Rig;
	beforeAll(async () => {
		pair = await rig(cell.sdk, cell.way);
	});
	afterAll(() => pair.close());

	const here = answerings.filter(({ only }) => only?.(cell) ?? true);
	it.each(here.map((one, index) => [idOf(one), one.says, one, 9000 + index] as const))(
		"[%s] %s",
		async (_id, _says, { name, asked, outcome }, id) => {
			await pair.ask(requestOf(cell.sdk, id, "tools/call", { name, arguments: {}, ...asked }));
			for (const side of ["client", "server"]) {
				const told = await pair.outcomes(String(id), side);
				expect(told).toHaveLength(1);
				expect(told[0]?.outcome).toMatchObject(outcome);
			}
		},
	);
});
