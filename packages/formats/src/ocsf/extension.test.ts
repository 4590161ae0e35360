import Ajv2020 from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEvent } from "../../scripts/any-event.ts";
import { examples } from "../../scripts/examples.ts";
import {
	coreAttributes,
	type ExtensionAttribute,
	type ExtensionObject,
	lifted,
	ocsfExtension,
} from "../../scripts/ocsf-extension.ts";
import { ocsf18, ocsf19 } from "./ocsf.ts";
import { runs } from "../../../../test/runs.ts";

const files = ocsfExtension();
const objects = [...files]
	.filter(([path]) => path.startsWith("objects/"))
	.map(([, object]) => object as ExtensionObject);
const { attributes: dictionary } = files.get("dictionary.json") as {
	attributes: Record<string, ExtensionAttribute>;
};
const primitives: Readonly<Record<string, object>> = {
	string_t: { type: "string" },
	url_t: { type: "string" },
	integer_t: { type: "integer" },
	long_t: { type: "integer" },
	boolean_t: { type: "boolean" },
	json_t: {},
};

/** JSON Schema of an attribute, as §2.8 of OCSF's exporters has it: closed objects, arrays, types. */
function attributeSchema(name: string): object {
	const core = coreAttributes[name];
	const type = core?.replace("[]", "") ?? dictionary[name]?.type ?? "";
	const one = primitives[type] ?? { $ref: `#/$defs/${type}` };
	const many = core === undefined ? dictionary[name]?.is_array : core.endsWith("[]");
	return many ? { type: "array", items: one } : one;
}

const ajv = new Ajv2020.default({ allErrors: true, strict: false });
const judge = ajv.compile({
	$ref: "#/$defs/mcp_trail",
	$defs: Object.fromEntries(
		objects.map(({ name, attributes }) => [
			name,
			{
				type: "object",
				additionalProperties: false,
				properties: Object.fromEntries(
					Object.keys(attributes).map((attribute) => [attribute, attributeSchema(attribute)]),
				),
			},
		]),
	),
});

describe("the OCSF extension", () => {
	it("[formats.ocsf_extension] is well-formed: every name and type resolves, and none changes OCSF's own", () => {
		expect(files.get("extension.json")).toMatchObject({ name: "mcp_trail", uid: 999 });
		const known = new Set([...Object.keys(primitives), ...objects.map(({ name }) => name)]);
		for (const [name, { type = "", caption, description }] of Object.entries(dictionary)) {
			expect(coreAttributes).not.toHaveProperty(name);
			expect([name, known.has(type), caption !== "", description !== ""]).toEqual([
				name,
				true,
				true,
				true,
			]);
			expect(name).toMatch(/^[a-z][a-z0-9_]*$/u);
		}
		const used = new Set(["mcp_trail"]);
		for (const [path, content] of files) {
			if (!path.startsWith("objects/")) continue;
			const { name, attributes } = content as ExtensionObject;
			expect(path).toBe(`objects/${name}.json`);
			for (const attribute of Object.keys(attributes)) {
				used.add(attribute);
				expect(attribute in dictionary || attribute in coreAttributes).toBe(true);
			}
		}
		expect(Object.keys(dictionary).filter((name) => !used.has(name))).toEqual([]);
		const patches = [...files].filter(([path]) => path.startsWith("events/"));
		for (const [path, patch] of patches) {
			expect(patch).toEqual({
				extends: path.slice("events/".length, -".json".length),
				attributes: { $include: ["profiles/mcp.json"] },
				profiles: ["mcp"],
			});
		}
		expect(patches.length).toBe(4);
	});

	it.each([...examples()])(
		"[formats.ocsf_extension] has a place for all that OCSF has none for in %s",
		(_name, event) => {
			for (const format of [ocsf18, ocsf19]) {
				const { mcp_trail: said } = lifted(format.project(event));
				expect([judge(said), judge.errors]).toEqual([true, null]);
			}
		},
	);

	it("[formats.ocsf_extension] has a place for it in any event", () => {
		fc.assert(
			fc.property(anEvent, (event) => {
				const { mcp_trail: said } = lifted(ocsf19.project(event));
				expect([judge(said), judge.errors]).toEqual([true, null]);
			}),
			{ numRuns: runs(100) },
		);
	});

	it("[formats.ocsf_extension] is closed, and says that an event uses it", () => {
		const [event] = examples().values();
		if (event === undefined) throw new Error("no example");
		const { mcp_trail: said, metadata, unmapped } = lifted(ocsf19.project(event));
		expect(judge({ ...Object(said), made_up: 1 })).toBe(false);
		expect(judge({ ...Object(said), duration_us: "1" })).toBe(false);
		expect(unmapped).toBeUndefined();
		expect(metadata).toMatchObject({
			profiles: expect.arrayContaining(["mcp_trail/mcp"]),
			extensions: [{ name: "mcp_trail", uid: "999", version: "1.0.0" }],
		});
	});
});
