import type { KnownType } from "../vocabulary.ts";

/** What an event of each type says. */
export const typeMeanings: Readonly<Record<KnownType, string>> = {
	"mcp.request":
		"a JSON-RPC request, either direction; with `phase` `intent` (before it acts) or `outcome` (exactly one; identical polls may share one, see `count`)",
	"mcp.notification": "a notification that is not folded into its request",
	"mcp.message.refused":
		"a frame or HTTP exchange refused before a request could be read from it (bad JSON, 401 without a readable method, 405, 413, 415)",
	"mcp.message.unmatched": "a response nobody asked for, or after its request was given up",
	"mcp.connection.opened":
		"a transport bound to a peer: a spawned process, a legacy session, a client's endpoint",
	"mcp.connection.closed": "that transport ended",
	"mcp.subscription.opened": "a stream of notifications was acknowledged",
	"mcp.subscription.closed":
		"a stream of notifications ended other than by its own request's outcome",
	"mcp.input.requested":
		"elicitation, sampling or roots asked inside a result (MRTR); as a JSON-RPC request it is `mcp.request` with the `input` block",
	"mcp.input.answered": "the answer to such a request",
	"mcp.approval.decided":
		"a human or a policy let a call pass or not; recorded by the host application",
	"mcp.task.changed":
		"a task changed status: seen in a reply, a notification, or inferred from its deadline",
	"mcp.definition.changed": "a tool, prompt or resource differs from what was seen or approved",
	"mcp.discovery.read":
		"a server card, catalogue, registry entry or discover result was read; changed when `previous_digest` is there",
	"mcp.auth.token_exchanged":
		"a token endpoint was used; a challenge or refusal is the outcome of the request it met",
	"mcp.auth.client_registered": "a client registration was used",
	"mcp.finding": "a detection rule fired",
	"trail.started": "the recorder began",
	"trail.config_changed": "the recorder now works by another configuration",
	"trail.stopped": "clean end of a stream",
	"trail.checkpoint": "proof of life, also in empty intervals",
	"trail.lost": "events that could not be recorded: how many, when, why",
	"trail.recovered": "an earlier stream found at start: where it ended, and whether cleanly",
	"trail.pruned":
		"retention is about to remove part of a stream; without it a missing head is tampering",
	"trail.sink_refused": "a destination refused events for good",
	"trail.replayed": "dead letters were sent again",
};
