import type { StoredEvent } from "@mcp-trail/event";
import { again, computed, epochMs, words } from "../conversions.ts";
import type { Format } from "../format.ts";
import type { Mapping } from "../mapping.ts";
import { table } from "../table.ts";
import type { Conversion, Fields, Row } from "../table.ts";
import { baseRows, metadataRows, recordIntegrityRows, securityControlRows } from "./base-rows.ts";
import type { OcsfVersion } from "./base-rows.ts";
import { activities, activityOf, classes, readingMethods } from "./classes.ts";
import type { OcsfClass } from "./classes.ts";
import {
	actorRows,
	aiAgentRows,
	aiOperationRows,
	apiRows,
	endpointRows,
	httpRows,
	resourceRows,
	traceRows,
	userRows,
} from "./traffic-rows.ts";

const profiles: Readonly<Record<OcsfClass, readonly string[]>> = {
	api: ["ai_operation", "security_control", "trace"],
	authentication: ["security_control"],
	finding: ["security_control"],
	log: ["security_control"],
};

const relatedEvents: Conversion = {
	says: "a list of `uid`",
	keeps: true,
	of: (ids) => (Array.isArray(ids) ? ids.map((uid: unknown) => ({ uid })) : undefined),
};

/** What each class adds to what all have. */
const classRows: Readonly<Record<OcsfClass, readonly Row[]>> = {
	api: [
		...actorRows("actor"),
		...apiRows("api", "must"),
		...endpointRows("", "must"),
		...httpRows(""),
		...resourceRows,
		...traceRows,
		...aiOperationRows,
	],
	authentication: [
		...userRows("user"),
		{ to: "user.name", as: anonymous() },
		{ to: "auth_protocol_id", is: 6 },
		{ to: "auth_protocol", is: "OAUTH 2.0" },
		{ to: "service.name", from: "authorization.resource" },
		{ to: "service.name", from: "authorization.issuer" },
		{ to: "service.name", from: "producer.service", as: again },
		{ to: "authentication_token.uid", from: "authorization.token_digest" },
		...actorRows("actor"),
		...endpointRows(""),
		...httpRows(""),
	],
	finding: [
		{ to: "finding_info.uid", from: "id", as: again },
		{ to: "finding_info.title", from: "finding.title" },
		{ to: "finding_info.analytic.uid", from: "finding.rule" },
		{
			to: "finding_info.analytic.type_id",
			from: "finding.rule",
			as: computed("1 Rule", () => 1),
		},
		{ to: "finding_info.created_time", from: "time", as: { ...epochMs, keeps: false } },
		{ to: "finding_info.related_events", from: "finding.event_ids", as: relatedEvents },
		...resourceRows,
		...actorRows("evidences[0].actor"),
		...apiRows("evidences[0].api"),
		...endpointRows("evidences[0]."),
		...httpRows("evidences[0]."),
	],
	log: [
		{ to: "log_name", is: "mcp-trail" },
		{ to: "log_provider", from: "producer.recorder", as: again },
		{ to: "log_type_id", is: 2 },
	],
};

function anonymous(): Conversion {
	const names = words({ anonymous: "anonymous" }, "unknown");
	return computed(
		"without an identifier: `anonymous` or `unknown`, because the target must have one",
		(event) => {
			const principal = event.actor?.principal;
			if (principal?.id !== undefined || principal?.id_digest !== undefined) return undefined;
			return names.of(principal?.type ?? "unknown", event);
		},
	);
}

/** The rows that one version has and another has not. */
function versionRows(version: OcsfVersion, of: OcsfClass): readonly Row[] {
	const has = version === "1.8.0" ? profiles[of] : [...profiles[of], "record_integrity"];
	return [
		{ to: "metadata.version", is: version },
		{ to: "metadata.profiles", is: has },
		...(version === "1.8.0" ? [] : recordIntegrityRows),
		...(version === "1.8.0" || of !== "api" ? [] : aiAgentRows),
	];
}

function ocsf(name: string, version: OcsfVersion): Format<Fields> {
	const fill = (of: OcsfClass) =>
		table([
			...baseRows,
			...securityControlRows,
			...classRows[of],
			...metadataRows,
			...versionRows(version, of),
		]);
	const fillers: Readonly<Record<OcsfClass, ReturnType<typeof table>>> = {
		api: fill("api"),
		authentication: fill("authentication"),
		finding: fill("finding"),
		log: fill("log"),
	};
	return {
		name,
		mediaType: "application/json",
		project: (event: StoredEvent) => {
			const { said, rest } = fillers[activityOf(event).class](event);
			return { ...said, unmapped: { mcp_trail: rest } };
		},
	};
}

/** Open Cybersecurity Schema Framework 1.9. */
export const ocsf19 = ocsf("ocsf", "1.9.0");

/** Open Cybersecurity Schema Framework 1.8. */
export const ocsf18 = ocsf("ocsf_1_8", "1.8.0");

const activityTable = [
	"| type | class | activity |",
	"| --- | --- | --- |",
	...Object.entries(activities).map(
		([type, { class: of, id, name }]) =>
			`| \`${type}\` | ${classes[of].name} ${classes[of].uid} | ${id} ${name} |`,
	),
	"| an application's own (`ext.…`) | API Activity 6003 | 99 Report |",
].join("\n");

/** How `ocsf` maps. */
export const ocsf19Mapping: Mapping<Fields> = {
	format: ocsf19,
	title: "OCSF 1.9",
	about: `Only classes of OCSF's own are used; MCP's facts that no attribute holds stay together under \`unmapped.mcp_trail\`. A request whose method reads by the protocol (${readingMethods.map((method) => `\`${method}\``).join(", ")}) has activity 2 Read; a tool's annotations never decide it. A changed definition with a finding is a Detection Finding.

${activityTable}

The source endpoint is the MCP client's side. Without a network (stdio) it has the transport's name and no address. The fingerprint in \`attestation_list\` is that of the stored line (\`mcp-trail/chain/v1\`, see [verifying](verify.md)), not of this JSON: a chain of them shows removal and reordering, and content is checked where the line survived.`,
	parts: [
		{ title: "Every class", rows: baseRows },
		{ title: "metadata", rows: [...metadataRows, ...versionRows("1.9.0", "log").slice(0, 1)] },
		{ title: "security_control", rows: securityControlRows },
		{ title: "record_integrity", rows: recordIntegrityRows },
		{ title: "API Activity 6003", rows: [...classRows.api, ...aiAgentRows] },
		{ title: "Authentication 3002", rows: classRows.authentication },
		{ title: "Detection Finding 2004", rows: classRows.finding },
		{ title: "Event Log Activity 1008", rows: classRows.log },
	],
	rest: "`unmapped.mcp_trail`, under the event's own names.",
};

/** How `ocsf_1_8` maps. */
export const ocsf18Mapping: Mapping<Fields> = {
	format: ocsf18,
	title: "OCSF 1.8",
	about:
		"As [OCSF 1.9](#ocsf-19), without what 1.8 does not have: profile `record_integrity` (the chain is in `unmapped.mcp_trail.integrity`) and `ai_agent`.",
	parts: [{ title: "Differences", rows: versionRows("1.8.0", "log").slice(0, 1) }],
	rest: "`unmapped.mcp_trail`, under the event's own names.",
};
