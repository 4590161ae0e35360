import { expect, it } from "vitest";
import { severityByReason, severityOf } from "./severity.ts";
import { eventTypes, reasons, severities, statuses } from "./vocabulary.ts";

it.each([
	["mcp.request", { status: "success" }, "informational"],
	["mcp.request", { status: "denied", reason: "policy_denied" }, "medium"],
	["mcp.request", { status: "denied", reason: "wrong_audience" }, "high"],
	["mcp.request", { status: "failure", reason: "tool_error" }, "low"],
	["mcp.request", { status: "failure", reason: "constructor" }, "low"],
	["mcp.message.refused", { status: "rejected", reason: "malformed_json" }, "low"],
	["mcp.definition.changed", undefined, "medium"],
	["trail.lost", undefined, "high"],
	["trail.started", undefined, "informational"],
	["ext.com.example.paid", undefined, "informational"],
] as const)("%s with %j is %s", (type, outcome, severity) => {
	expect(severityOf(type, outcome)).toBe(severity);
});

it("is one of the severities for every type and status", () => {
	for (const type of eventTypes)
		for (const status of statuses) expect(severities).toContain(severityOf(type, { status }));
});

it("names only reasons of the vocabulary", () => {
	const known: readonly string[] = Object.values(reasons).flat();
	for (const reason of Object.keys(severityByReason)) expect(known).toContain(reason);
});
