import type { StoredEvent } from "@mcp-trail/event";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEvent } from "../scripts/any-event.ts";
import { ecsFieldTypes } from "../scripts/ecs-fields.ts";
import { examples } from "../scripts/examples.ts";
import { searchPolicies } from "../scripts/search-policies.ts";
import { searchQueries } from "../scripts/search-queries.ts";
import { products, searchTemplates } from "../scripts/search-templates.ts";
import { ecs, ecsMapping } from "./ecs.ts";
import { runs } from "../../../test/runs.ts";

interface Field {
	readonly type: string;
	readonly properties?: Readonly<Record<string, Field>>;
	readonly ignore_above?: number;
	readonly ignore_malformed?: boolean;
	readonly index?: boolean;
}

/** The mapped fields of a product's component templates by their dotted names. */
function mapped(product: keyof typeof products): ReadonlyMap<string, Field> {
	const fields = new Map<string, Field>();
	function walk(properties: Readonly<Record<string, Field>>, path: string): void {
		for (const [name, field] of Object.entries(properties)) {
			if (field.properties !== undefined) walk(field.properties, `${path}${name}.`);
			else fields.set(`${path}${name}`, field);
		}
	}
	for (const [path, body] of searchTemplates(product)) {
		const { template } = body as { template: { mappings?: { properties: Record<string, Field> } } };
		if (path.startsWith("_component_template/")) walk(template.mappings?.properties ?? {}, "");
	}
	return fields;
}

/** The leaves of a document by their dotted names; an array's are its members'. */
function* leaves(node: unknown, path = ""): Generator<readonly [string, unknown]> {
	if (Array.isArray(node)) for (const one of node) yield* leaves(one, path);
	else if (typeof node !== "object" || node === null || /^(?:mcp_trail\.)?labels$/u.test(path))
		yield [path, node];
	else
		for (const [name, value] of Object.entries(node))
			yield* leaves(value, path === "" ? name : `${path}.${name}`);
}

/** A copy of a block that has this value at a path. */
function withValue(
	block: object,
	[first = "", ...rest]: readonly string[],
	value: unknown,
): object {
	if (rest.length === 0) return { ...block, [first]: value };
	const below = Object.entries(block).find(([name]) => name === first)?.[1];
	const changed = withValue(Object(below), rest, value);
	return { ...block, [first]: first === "delegation" ? [changed] : changed };
}

/** The longest value that Lucene indexes. */
const MAX_TERM_BYTES = 32_766;

/** What an index with these fields would do with a value: undefined = take and find it. */
function refusal(field: Field | undefined, value: unknown): string | undefined {
	switch (field?.type) {
		case undefined:
			return "not mapped";
		case "boolean":
			return typeof value === "boolean" ? undefined : "no boolean";
		case "long":
			return Number.isSafeInteger(value) ? undefined : "no long";
		case "date":
			return field.ignore_malformed === true || !Number.isNaN(Date.parse(String(value)))
				? undefined
				: "no date";
		case "ip":
			return typeof value === "string" && !value.includes("/") ? undefined : "no address";
		case "keyword":
			if (typeof value !== "string") return "no text";
			if (field.index !== false && (field.ignore_above ?? Infinity) * 4 > MAX_TERM_BYTES)
				return "longer than a term";
			return value.length <= (field.ignore_above ?? Infinity) ? undefined : "too long to be found";
		case "match_only_text":
			return typeof value === "string" ? undefined : "no text";
		default:
			return typeof value === "object" ? undefined : "no object";
	}
}

const refused = (fields: ReadonlyMap<string, Field>, event: StoredEvent): readonly string[] =>
	[...leaves(ecs.project(event))].flatMap(([path, value]) => {
		const why = refusal(fields.get(path), value);
		return why === undefined ? [] : [`${path}: ${why}`];
	});

describe.each(["elasticsearch", "opensearch"] as const)("the templates for %s", (product) => {
	const fields = mapped(product);

	it.each([...examples()])("[siem.search_templates] map every field of %s", (_name, event) => {
		expect(refused(fields, event)).toEqual([]);
	});

	it("[siem.search_templates] map every field of any event, so that none is refused or lost to search", () => {
		fc.assert(
			fc.property(anEvent, (event) => {
				expect(refused(fields, event)).toEqual([]);
			}),
			{ numRuns: runs(300) },
		);
	});

	it("[siem.search_templates] map what the ECS table writes, with ECS's types, and nothing else outside mcp_trail", () => {
		const written = ecsMapping.parts.flatMap(({ rows }) =>
			rows.map(({ to }) => to.replace("[0]", "")),
		);
		const here = [...fields.keys()].filter((path) => !path.startsWith("mcp_trail."));
		expect(new Set(here)).toEqual(new Set([...written, "event.original"]));
		for (const [path, type] of Object.entries(ecsFieldTypes))
			expect([path, fields.get(path)?.type]).toEqual([path, type]);
	});

	it("[siem.search_templates] map below mcp_trail only what some event leaves there", () => {
		const event = examples().get("mcp.notification");
		if (event === undefined) throw new Error("no example");
		const left = (path: readonly string[], value: unknown): boolean => {
			const changed = withValue(event, path, value) as StoredEvent;
			return [...leaves(ecs.project(changed))].some(
				([name]) => name === `mcp_trail.${path.join(".")}`,
			);
		};
		// Values that a peer may send and that ECS has no place for, such as a day that its month does not have.
		const values = ["2026-02-31T00:00:00.000Z", Number.MAX_SAFE_INTEGER, "odd", { a: "b" }];
		const never = [...fields.keys()].filter(
			(path) =>
				path.startsWith("mcp_trail.") &&
				!values.some((value) => left(path.split(".").slice(1), value)),
		);
		expect(never).toEqual([]);
	});

	it("stays far below the limit of 1,000 fields, objects counted", () => {
		const paths = [...fields.keys()].flatMap((path) =>
			path.split(".").map((_, index, names) => names.slice(0, index + 1).join(".")),
		);
		expect(new Set(paths).size).toBeLessThan(500);
	});

	it("judges what it should", () => {
		expect(refusal(fields.get("made.up"), 1)).toBe("not mapped");
		expect(refusal(fields.get("event.sequence"), "1")).toBe("no long");
		expect(refusal(fields.get("user.id"), "x".repeat(1_025))).toBe("too long to be found");
		expect(refusal(fields.get("client.ip"), "10.0.0.0/8")).toBe("no address");
		expect(refusal(fields.get("@timestamp"), "2026-02-31T00:00:00.000Z")).toBe(undefined);
		expect(refusal(fields.get("event.start"), "never")).toBe("no date");
	});
});

/** What Elastic's templates say in OpenSearch's words. */
const translated = (body: unknown): unknown =>
	JSON.parse(
		JSON.stringify(body)
			.replaceAll('"type":"flattened"', '"type":"flat_object"')
			.replaceAll(/,?"index\.mode":"standard"/gu, "")
			.replaceAll(/"index\.lifecycle\.name":"[^"]*"/gu, ""),
	);

describe("the two products", () => {
	it("[siem.search_templates] differ only in the type of labels, in the mode and in the lifecycle", () => {
		const [elastic, opensearch] = [searchTemplates("elasticsearch"), searchTemplates("opensearch")];
		expect([...elastic.keys()]).toEqual([...opensearch.keys()]);
		for (const [path, body] of elastic)
			expect([path, translated(body)]).toEqual([path, opensearch.get(path)]);
		expect(JSON.stringify([...opensearch])).not.toMatch(/flattened|lifecycle/u);
	});

	it("[siem.search_templates] have a policy for every index template, on the same indices", () => {
		for (const [path, body] of searchTemplates("elasticsearch")) {
			const [kind, name = ""] = path.split("/");
			if (kind !== "_index_template") continue;
			const { index_patterns: patterns, template } = body as {
				index_patterns: string[];
				template: { settings: Record<string, string> };
			};
			expect(template.settings["index.lifecycle.name"]).toBe(name);
			const ilm = searchPolicies.elasticsearch.get(`_ilm/policy/${name}`);
			expect(ilm).toMatchObject({ policy: { phases: { delete: { actions: { delete: {} } } } } });
			const ism = searchPolicies.opensearch.get(`_plugins/_ism/policies/${name}`);
			expect(ism).toMatchObject({ policy: { ism_template: [{ index_patterns: patterns }] } });
			// Only a data stream has a write index that can be rolled over.
			const rolls = "data_stream" in body;
			expect([
				/rollover/u.test(JSON.stringify(ilm)),
				/rollover/u.test(JSON.stringify(ism)),
			]).toEqual([rolls, rolls]);
		}
	});

	it("[siem.search_templates] ask only for fields that the templates map", () => {
		const fields = mapped("elasticsearch");
		const asked = [...searchQueries.values()].flatMap((body) =>
			[...JSON.stringify(body).matchAll(/"([@a-z_]+(?:\.[a-z_]+)*)"/gu)].map(
				([, name = ""]) => name,
			),
		);
		const dotted = asked.filter((name) => name.includes(".") && !name.startsWith("params."));
		expect(dotted.length).toBeGreaterThan(20);
		expect(dotted.filter((name) => !fields.has(name))).toEqual([]);
	});
});
