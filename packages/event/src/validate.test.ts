import { readFileSync, readdirSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../../test/any-text.ts";
import { validate } from "./validate.ts";
import { runs } from "../../../test/runs.ts";

const schemas = new URL("../../../schemas/event/", import.meta.url);
const parse = (path: string): any => JSON.parse(readFileSync(new URL(path, schemas), "utf8"));
const call = (): any => parse("1.0/valid/mcp.request.json");
const issuesOf = (event: unknown, as: "reader" | "writer" = "writer") =>
	validate(event, { as }).issues;

const judge = (event: unknown) => ({
	writer: validate(event, { as: "writer" }).valid,
	audit: validate(event, { as: "audit" }).valid,
	new: validate(event, { as: "new" }).valid,
});

const compile = (file: string) => new Ajv2020.default({ strict: true }).compile(parse(file));

/** Every place in a value, as the object that holds it and its name there. */
function places(value: any, found: (readonly [object: any, name: string])[] = []) {
	if (typeof value === "object" && value !== null)
		for (const name of Object.keys(value)) {
			found.push([value, name]);
			places(value[name], found);
		}
	return found;
}

describe("validate", () => {
	it.each([
		["/id", "missing_member", "is required", (e: any) => delete e.id],
		[
			"/network",
			"null",
			"must not be null; leave the member out instead",
			(e: any) => (e.network = null),
		],
		[
			"/duration_us",
			"not_integer",
			"must be an integer; floats are never written",
			(e: any) => (e.duration_us = 1.5),
		],
		["/duration_us", "out_of_range", "must be at least 0", (e: any) => (e.duration_us = -1)],
		["/count", "out_of_range", "must be at least 1", (e: any) => (e.count = 0)],
		[
			"/mcp/method",
			"wrong_type",
			"must be a string, and is a number",
			(e: any) => (e.mcp.method = 7),
		],
		["/outcome", "wrong_type", "must be an object, and is an array", (e: any) => (e.outcome = [])],
		["/trace/flags", "out_of_range", "must be at most 255", (e: any) => (e.trace.flags = 256)],
		[
			"/mcp/direction",
			"not_in_list",
			"must be one of client_to_server, server_to_client",
			(e: any) => (e.mcp.direction = "up"),
		],
		[
			"/type",
			"unknown_type",
			"must be an event type of 1.0, or ext.<reversed domain>.<word>",
			(e: any) => (e.type = "trail.sung"),
		],
		[
			"/time",
			"bad_time",
			"must be a UTC time with three decimals, like 2026-11-20T10:15:30.123Z",
			(e: any) => (e.time = "now"),
		],
		[
			"/actor/auth/scopes",
			"empty_list",
			"must not be empty; leave the member out instead",
			(e: any) => (e.actor.auth.scopes = []),
		],
		[
			"/actor/auth/audience",
			"too_many",
			"must have at most 8 items",
			(e: any) => (e.actor.auth.audience = Array(9).fill("a")),
		],
		[
			"/actor/delegation/0/colour",
			"unknown_member",
			"is not a member of this schema; remove it, or use labels",
			(e: any) => (e.actor.delegation[0].colour = 1),
		],
		[
			"/a~1b~0c",
			"unknown_member",
			"is not a member of this schema; remove it, or use labels",
			(e: any) => (e["a/b~c"] = 1),
		],
		[
			"/target/name",
			"too_long",
			"must have at most 256 characters",
			(e: any) => (e.target.name = "a".repeat(257)),
		],
		[
			"/target/name",
			"empty_text",
			"must not be empty; leave the member out instead",
			(e: any) => (e.target.name = ""),
		],
		[
			"/target/uri",
			"uri_private",
			"must hold no user info and, after 'data:', only the media type",
			(e: any) => (e.target.uri = "https://a@b/"),
		],
		[
			"/request",
			"empty_block",
			"must have at least one member; leave the block out when nothing is known",
			(e: any) => (e.request = {}),
		],
		["/operation", "missing_block", "is required on mcp.request", (e: any) => delete e.operation],
		["/mcp/method", "missing_block", "is required on mcp.request", (e: any) => delete e.mcp.method],
		[
			"/outcome/reason",
			"missing_reason",
			"is required unless the status is success",
			(e: any) => (e.outcome.status = "failure"),
		],
		[
			"/integrity/previous_hash",
			"previous_hash",
			"must be absent on sequence 1",
			(e: any) => (e.integrity.sequence = 1),
		],
		[
			"/labels/A",
			"bad_label_key",
			"must start with a lower-case letter, then have at most 63 of a-z, 0-9, '_' and '.'",
			(e: any) => (e.labels = { A: "x" }),
		],
	])("says of %s: %s, %s", (path, rule, message, change) => {
		const event = call();
		change(event);
		expect(issuesOf(event)).toEqual([{ path, rule, message }]);
	});

	it.each([[undefined], [null], [7], ["{}"], [[]], [{}]])("never throws: %j", (value) => {
		for (const as of ["reader", "writer", "audit", "new"] as const)
			expect(validate(value, { as })).toMatchObject({ valid: false });
	});

	it("[compatible.major] refuses another major version with one clear issue", () => {
		const event = { schema_version: "2.0", everything: "else is different" };
		const message = "is 2.0, and only 1.x is known here; use a release that knows version 2";
		for (const as of ["reader", "writer"] as const)
			expect(issuesOf(event, as)).toEqual([
				{ path: "/schema_version", rule: "unknown_major", message },
			]);
	});

	it("[system.schema_change] [compatible.reader] reads what an imagined 1.1 adds, which a 1.0 writer may not write", () => {
		const event = call();
		event.schema_version = "1.1";
		event.type = "mcp.task.forgotten";
		event.flow = { level: "high" };
		event.mcp.transport = "quic";
		event.outcome.colour = "blue";
		event.actor.delegation[0].type = "robot";
		const result = validate(event, { as: "reader" });
		expect(result.issues).toEqual([]);
		expect(result.valid && result.event).toEqual(event);
		expect(
			issuesOf(event)
				.map(({ path }) => path)
				.toSorted(),
		).toEqual([
			"/actor/delegation/0/type",
			"/flow",
			"/mcp/transport",
			"/outcome/colour",
			"/schema_version",
			"/type",
		]);
	});

	it("tells apart what is stored, what is complete and what is handed over", () => {
		const { integrity, ...audit } = call();
		const { id, schema_version, producer, time, ...fresh } = audit;
		expect(judge({ ...audit, integrity })).toEqual({ writer: true, audit: false, new: false });
		expect(judge(audit)).toEqual({ writer: false, audit: true, new: false });
		expect(judge(fresh)).toEqual({ writer: false, audit: false, new: true });
		expect(judge({ ...fresh, time })).toEqual({ writer: false, audit: false, new: true });
		expect(judge({ ...fresh, id })).toEqual({ writer: false, audit: false, new: true });
		expect(judge({ ...fresh, id: undefined })).toMatchObject({ new: false });
		expect(judge({ ...fresh, schema_version })).toMatchObject({ new: false });
		expect(judge({ ...fresh, producer })).toMatchObject({ new: false });
		expect(judge({ ...fresh, time: undefined })).toMatchObject({ new: false });
	});

	it("takes time linear in hostile text", () => {
		const event = call();
		event.target.uri = "/".repeat(500_000) + "@".repeat(500_000);
		event.target.name = "a".repeat(1_000_000);
		event.type = "a.".repeat(500_000);
		const started = performance.now();
		expect(issuesOf(event).length).toBeGreaterThan(2);
		expect(issuesOf(event, "reader").length).toBeGreaterThan(1);
		expect(performance.now() - started).toBeLessThan(10_000);
	});
});

describe("zod and ajv", () => {
	const ajv = { writer: compile("1.0.schema.json"), reader: compile("1.reader.schema.json") };
	const valid = readdirSync(new URL("1.0/valid/", schemas))
		.filter((name) => name.endsWith(".json"))
		.map((name) => parse(`1.0/valid/${name}`));

	const pool = valid.flatMap((event) => places(event).map(([object, name]) => object[name]));
	const names = valid.flatMap((event) => places(event).map(([, name]) => name));
	const value = fc.oneof(
		fc.constantFrom(...pool),
		fc.jsonValue({ maxDepth: 2 }),
		anyText(),
		fc.constantFrom(
			"",
			null,
			-0,
			1e300,
			0.5,
			2 ** 53,
			[],
			{},
			"a@b",
			"data:x,y",
			"\ud800",
			"a\n",
			"1.0",
			"1.10",
			"2.0",
			"01.0",
		),
	);

	it("[schema.one_verdict] agree on every event that is one or two changes from a valid one", () => {
		let refused = 0;
		const change = fc.record({
			at: fc.nat(),
			value,
			drop: fc.boolean(),
			name: fc.option(fc.constantFrom(...names)),
		});
		fc.assert(
			fc.property(
				fc.constantFrom(...valid),
				fc.array(change, { minLength: 1, maxLength: 2 }),
				(original, changes) => {
					const event = structuredClone(original);
					for (const { at, value: put, drop, name: fresh } of changes) {
						const all = places(event);
						const [object, name] = all[at % all.length] ?? [event, "id"];
						if (drop && !Array.isArray(object)) delete object[name];
						else if (Array.isArray(object)) object[Number(name)] = structuredClone(put);
						else object[fresh ?? name] = structuredClone(put);
					}
					const narrow = validate(event, { as: "writer" }).valid;
					expect(narrow && !validate(event, { as: "reader" }).valid).toBe(false);
					for (const as of ["writer", "reader"] as const) {
						const verdict = validate(event, { as }).valid;
						if (!verdict) refused++;
						expect({ as, valid: ajv[as](event) }).toEqual({ as, valid: verdict });
					}
				},
			),
			{ numRuns: runs(3000) },
		);
		expect(refused).toBeGreaterThan(runs(1000));
	});
});
