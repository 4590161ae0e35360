import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEvent } from "../scripts/any-event.ts";
import { ecsFieldTypes } from "../scripts/ecs-fields.ts";
import { examples } from "../scripts/examples.ts";
import { ecs, ecsMapping } from "./ecs.ts";
import { runs } from "../../../test/runs.ts";

/** Allowed values of the categorisation fields: elastic/ecs v9.4.0, `generated/ecs/ecs_nested.yml`. */
const allowed = {
	kind: "alert asset enrichment event metric state pipeline_error signal",
	category:
		"api authentication configuration database driver email file host iam intrusion_detection library malware network package process registry session threat vulnerability web",
	type: "access admin allowed change connection creation deletion denied device end error group indicator info installation protocol start user",
	outcome: "failure success unknown",
};

/** The expected types of the categories that are used. */
const expectedTypes: Readonly<Record<string, string>> = {
	api: "access admin allowed change creation deletion denied end info start user",
	authentication: "start end info",
	configuration: "access change creation deletion info",
	file: "access change creation deletion info",
	iam: "admin change creation deletion group info user",
	intrusion_detection: "allowed denied info",
	process: "access change end info start",
	session: "start end info",
};

const fieldTypes: Readonly<Record<string, string>> = ecsFieldTypes;

/** Namespaces that ECS leaves to others. */
const custom = ["mcp", "mcp_trail", "jsonrpc"];

const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
	date: (value) => typeof value === "string" && new Date(value).toISOString() === value,
	ip: (value) => typeof value === "string" && isIP(value) !== 0,
	keyword: (value) => typeof value === "string" && value !== "",
	long: (value) => Number.isInteger(value),
	match_only_text: (value) => typeof value === "string",
};

function wrongFields(node: object, path = ""): string[] {
	return Object.entries(node).flatMap(([name, value]: [string, unknown]) => {
		const field = path + name;
		if (custom.includes(field)) return [];
		if (field === "labels")
			return Object.entries(value as object).flatMap(([key, label]) =>
				key.includes(".") || typeof label !== "string" ? [`labels.${key}`] : [],
			);
		const type = fieldTypes[field];
		if (type !== undefined) return [value].flat().every((one) => fits[type]?.(one)) ? [] : [field];
		return typeof value === "object" && value !== null && !Array.isArray(value)
			? wrongFields(value, `${field}.`)
			: [field];
	});
}

interface Categorised {
	readonly kind: string;
	readonly category: readonly string[];
	readonly type: readonly string[];
	readonly outcome?: string;
}

function wrongCategories({ kind, category, type, outcome = "unknown" }: Categorised): string[] {
	const expected = new Set(category.flatMap((name) => expectedTypes[name]?.split(" ") ?? []));
	return [
		...[kind].filter((word) => !allowed.kind.split(" ").includes(word)),
		...category.filter((word) => !allowed.category.split(" ").includes(word)),
		...type.filter((word) => !allowed.type.split(" ").includes(word) || !expected.has(word)),
		...[outcome].filter((word) => !allowed.outcome.split(" ").includes(word)),
	];
}

const wrong = (document: Readonly<Record<string, unknown>>): readonly string[] => [
	...wrongFields(document),
	...wrongCategories(document["event"] as Categorised),
];

describe("Elastic Common Schema", () => {
	it.each([...examples()])("[formats.ecs] has %s with ECS's fields and words", (_name, event) => {
		expect(wrong(ecs.project(event))).toEqual([]);
	});

	it("[formats.ecs] has any event with ECS's fields and words", () => {
		fc.assert(
			fc.property(anEvent, (event) => {
				expect(wrong(ecs.project(event))).toEqual([]);
			}),
			{ numRuns: runs(300) },
		);
	});

	it("judges what it should", () => {
		const event = { kind: "event", category: ["api"], type: ["error"], outcome: "denied" };
		expect(wrong({ event, client: { ip: "10.0.0.0/8" }, made_up: 1 })).toEqual([
			"client.ip",
			"made_up",
			"error",
			"denied",
		]);
	});

	it("has a type in the test for every field of its tables", () => {
		const written = ecsMapping.parts.flatMap(({ rows }) => rows.map(({ to }) => to));
		const known = written.filter(
			(to) =>
				fieldTypes[to.replace("[0]", "")] !== undefined ||
				to === "labels" ||
				custom.includes(to.split(".", 1)[0] ?? ""),
		);
		expect(known).toEqual(written);
	});

	it("says labels with and without dots apart", () => {
		const [event] = [...examples().values()];
		if (event === undefined) throw new Error("no examples");
		const said = (labels: Record<string, string>) => ecs.project({ ...event, labels });
		expect(said({ "a.b": "1" })).toMatchObject({ labels: { a_b: "1" } });
		expect(said({ "a.b": "1" })).not.toEqual(said({ a_b: "1" }));
	});
});
