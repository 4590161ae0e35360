import { describe, expect, it } from "vitest";
import { eventFields } from "../../packages/formats/scripts/event-fields.ts";
import { asimMapping } from "../../packages/formats/src/asim.ts";
import { content, contents, golden, namesIn, pathsOf, stanzas } from "./siem-content.ts";

const eventPaths = new Set(eventFields().keys());
const missing = (names: Iterable<string>, known: ReadonlySet<string>): string[] =>
	[...new Set(names)].filter((name) => !known.has(name));
const wordsOf = (text: string): readonly string[] => text.split(/\s+/u);

describe("Microsoft Sentinel", () => {
	interface Column {
		readonly name: string;
		readonly type: string;
	}
	const template = JSON.parse(content("sentinel/azuredeploy.json"));
	const columns: readonly Column[] = template.variables.columns;
	const names = columns.map(({ name }) => name);
	const rows = golden("asim");
	const paths = pathsOf(rows);

	it("[siem.sentinel] the table has the columns that the projection can say, and no other", () => {
		const said = asimMapping.parts.flatMap((part) => part.rows.map(({ to }) => to));
		expect(names.toSorted()).toEqual([...new Set([...said, "AdditionalFields"])].toSorted());
		expect(missing(rows.flatMap(Object.keys), new Set(names))).toEqual([]);
	});

	it("[siem.sentinel] every value has its column's type", () => {
		const holds: Readonly<Record<string, (value: unknown) => boolean>> = {
			string: (value) => typeof value === "string",
			int: (value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31,
			datetime: (value) => new Date(String(value)).toISOString() === value,
			dynamic: (value) => typeof value === "object",
		};
		for (const row of rows) {
			for (const { name, type } of columns) {
				const fits = row[name] === undefined || holds[type]?.(row[name]);
				expect([name, row[name], fits]).toEqual([name, row[name], true]);
			}
		}
	});

	it("[siem.sentinel] every column has a name that Azure Monitor takes", () => {
		const reserved = wordsOf("_ResourceId id _SubscriptionId TenantId Type UniqueId Title");
		for (const name of names) {
			expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_]{0,44}$/u);
			expect(reserved).not.toContain(name);
		}
		expect(columns).toContainEqual({ name: "TimeGenerated", type: "datetime" });
	});

	it("[siem.sentinel] the rule takes the sink's stream into the table", () => {
		const [table, rule, role] = template.resources;
		expect(table.properties.schema.columns).toBe("[variables('columns')]");
		expect(table.name).toContain(`/${table.properties.schema.name}`);
		const [stream, declared] = Object.entries<{ columns: string }>(
			rule.properties.streamDeclarations,
		)[0] ?? ["", { columns: "" }];
		expect(declared.columns).toBe("[variables('columns')]");
		expect(stream).toBe("Custom-McpAudit");
		expect(rule.properties.dataFlows).toEqual([
			{
				streams: [stream],
				destinations: ["sentinel"],
				transformKql: "source",
				outputStream: `Custom-${table.properties.schema.name}`,
			},
		]);
		expect(role.properties.principalId).toBe("[parameters('principalId')]");
	});

	const kql = new Set([
		...wordsOf("where extend project summarize order by asc desc and or not in has_any between"),
		...wordsOf("ago 1d 7d true false"),
	]);
	const queries = [
		...contents("sentinel/queries"),
		...["ASimAuditEventMcpTrail.kql", "vimAuditEventMcpTrail.kql"].map(
			(file) => [file, content(`sentinel/${file}`)] as const,
		),
	];
	it.each(queries)("[siem.queries] %s names only columns that exist", (_, query) => {
		const defined = [...query.matchAll(/\b(\w+)\s*=(?![=~])/gu)].map(([, name]) => name ?? "");
		const header = query.split("\n").filter((line) => line.startsWith("//"));
		const parameters = [...header.join("").matchAll(/(\w+):[a-z]+/gu)].map(([, name = ""]) => name);
		const table = template.resources[0].properties.schema.name;
		const known = new Set([...kql, ...names, ...defined, ...parameters, table, "in~"]);
		const used = namesIn(query);
		expect(used).toContain(table);
		expect(
			missing(
				used.filter((name) => !name.startsWith("AdditionalFields.")),
				known,
			),
		).toEqual([]);
		expect(
			missing(
				used.filter((name) => name.startsWith("AdditionalFields.")),
				paths,
			),
		).toEqual([]);
	});
});

describe("Splunk", () => {
	const files = new Map(contents("splunk/mcp_trail/default"));
	const conf = (name: string) => stanzas(files.get(`${name}.conf`) ?? "");
	const fields = pathsOf(golden("cim"));
	const spl = new Set([
		...wordsOf("sourcetype index search IN AND OR NOT AS BY dedup stats count latest sort table"),
		...wordsOf("rename eval where min max dc"),
	]);
	const searches = [
		...[...conf("eventtypes")].map(([name, stanza]) => [name, stanza.get("search") ?? ""] as const),
		...[...conf("savedsearches")].map(
			([name, stanza]) => [name, stanza.get("search") ?? ""] as const,
		),
	];

	it.each(searches)("[siem.queries] %s names only fields that exist", (_, search) => {
		const defined = [...search.matchAll(/\bAS (\w+)|eval (\w+) =/gu)].map(
			([, as, evaluated]) => as ?? evaluated ?? "",
		);
		expect(search).toContain('sourcetype="mcp:audit"');
		const named = namesIn(search).filter(
			(name) => !/^(?:denied|rejected|outcome|audit|api|AAA)$/u.test(name),
		);
		expect(missing(named, new Set([...spl, ...fields, ...defined]))).toEqual([]);
	});

	it.each([
		["change_type", /\bchange_type=\(?([A-Za-z]+)/gu],
		["mcp_trail.phase", /mcp_trail\.phase=(\w+)/gu],
		["signature", /"((?:mcp|trail)\.[a-z._]+)"/gu],
		["action", /\baction="(\w+)"/gu],
	])("[system.siem] [siem.queries] asks only for values that %s has", (field, pattern) => {
		const values = new Set(golden("cim").map((row) => String(row[field])));
		const asked = searches.flatMap(([, search]) =>
			[...search.matchAll(pattern)].map(([, value = ""]) => value),
		);
		expect([asked.length > 0, missing(asked, values)]).toEqual([true, []]);
	});

	it("[siem.splunk] tags only event types that there are, each with the tags of its data model", () => {
		const tags = [...conf("tags")].map(([name, stanza]) => [name, [...stanza.keys()]]);
		const types = [...conf("eventtypes").keys()].filter((name) => name !== "mcp_audit");
		expect(tags.map(([name]) => name)).toEqual(types.map((name) => `eventtype=${name}`));
		expect(Object.fromEntries(tags)).toMatchObject({
			"eventtype=mcp_trail_change": ["change", "audit"],
			"eventtype=mcp_data_access": ["data", "access"],
		});
	});

	it("[siem.splunk] the event types hold fields that their data model asks for", () => {
		for (const row of golden("cim")) {
			for (const field of wordsOf(
				"action change_type dest object src status user vendor_product",
			)) {
				expect([row["signature"], row[field]]).toEqual([row["signature"], expect.any(String)]);
			}
		}
	});

	it("[siem.splunk] reads the time where the projection puts it", () => {
		const props = conf("props").get("mcp:audit");
		for (const row of golden("cim")) {
			const prefix = new RegExp(props?.get("TIME_PREFIX") ?? "", "u");
			const line = JSON.stringify(row);
			const found = prefix.exec(line);
			const at = (found?.index ?? -1) + (found?.[0].length ?? 0);
			const length = Number(props?.get("MAX_TIMESTAMP_LOOKAHEAD"));
			expect(line.slice(at, at + length)).toMatch(/^\d{10}\.\d{3}/u);
		}
		expect([...files.keys()].toSorted()).toEqual(
			wordsOf("app.conf eventtypes.conf props.conf savedsearches.conf tags.conf"),
		);
	});
});

describe("Google SecOps", () => {
	const paths = pathsOf(golden("udm"));
	const files = [...contents("secops/queries"), ...contents("secops/rules")];
	it.each(files)("[siem.queries] %s names only UDM fields that events have", (_, text) => {
		const named = [
			...text.matchAll(/(?:\$e\.|(?<![\w.$"]))((?:[a-z_]+\.)+[a-z_]+)(?=[\s,)]|$)/gmu),
		];
		const used = named.map(([, name = ""]) => name);
		expect([used.length > 0, missing(used, paths)]).toEqual([true, []]);
	});

	it("[siem.queries] asks only for values that events have", () => {
		const values = new Set(
			golden("udm").flatMap((event) => JSON.stringify(event).match(/"[^"]*"/gu) ?? []),
		);
		const asked = files.flatMap(([, text]) =>
			[...text.matchAll(/(?<!author|description|severity) = ("[^"]*")/gu)].map(
				([, value = ""]) => value,
			),
		);
		expect([asked.length > 0, missing(asked, values)]).toEqual([true, []]);
	});

	it.each(contents("secops/rules"))(
		"[siem.secops] %s uses what it defines, and nothing else",
		(_, rule) => {
			const [, events = "", rest = ""] = /events:([^]*?)(\n {2}match:[^]*)/u.exec(rule) ?? [];
			const defined = new Set(
				[...events.matchAll(/(?:= |^)\$(\w+)$/gmu)].map(([, name = ""]) => name),
			);
			const outcome = [...rest.matchAll(/\$(\w+) =/gu)].map(([, name = ""]) => name);
			const used = [...rest.matchAll(/[$#](\w+)/gu)].map(([, name = ""]) => name);
			expect(missing(used, new Set([...defined, ...outcome, "e"]))).toEqual([]);
			expect(rule.match(/[{]/gu)?.length).toBe(rule.match(/[}]/gu)?.length);
		},
	);
});

describe("Datadog", () => {
	const text = ["pipeline", "facets", "queries"]
		.map((name) => content(`datadog/${name}.json`))
		.join();
	const pipeline = JSON.parse(content("datadog/pipeline.json"));

	it("[siem.queries] names only attributes that the stored line has", () => {
		const used = [...text.matchAll(/@([a-z_]+(?:\.[a-z_]+)*)/gu)].map(([, name = ""]) => name);
		expect([used.length > 20, missing(used, eventPaths)]).toEqual([true, []]);
	});

	it("[siem.datadog] the pipeline reads what the stored line has, or what it has made itself", () => {
		const made = new Set<string>(eventPaths);
		for (const { sources = [], target } of pipeline.processors) {
			expect(missing(sources, made)).toEqual([]);
			if (target !== undefined) made.add(target);
		}
		const { categories } = pipeline.processors[1];
		const severities = categories.map((one: { filter: { query: string } }) => one.filter.query);
		const known = new Set(
			golden("asim").map((row) => `@severity:${String(row["EventOriginalSeverity"])}`),
		);
		expect(missing(known, new Set(severities))).toEqual([]);
	});
});

describe("Sumo Logic", () => {
	const sumo = new Set([
		...wordsOf("json as nodrop where and or in dedup by count sum sort fields if min max"),
		...wordsOf("_sourceCategory count_distinct num mcp audit first last"),
	]);
	const rule = JSON.parse(content("sumo/field-extraction-rule.json"));
	const texts = [
		...contents("sumo/queries"),
		["field-extraction-rule.json", `${rule.scope} | ${rule.parseExpression}`] as const,
	];
	it.each(texts)("[siem.queries] %s reads only members that the stored line has", (_, text) => {
		expect(text).toContain("_sourceCategory=mcp/audit");
		const [, paths = "", names = ""] = /json ((?:"[^"]+",? ?)+) as (.*)/u.exec(text) ?? [];
		const read = [...paths.matchAll(/"([^"]+)"/gu)].map(([, path = ""]) => path);
		const called = names.replace(" nodrop", "").split(", ");
		expect([read.length, missing(read, eventPaths)]).toEqual([called.length, []]);
		const defined = [...text.matchAll(/ as (\w+)/gu)].map(([, name = ""]) => name);
		expect(missing(namesIn(text), new Set([...sumo, ...called, ...defined]))).toEqual([]);
	});
});
