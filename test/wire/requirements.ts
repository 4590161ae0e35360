import type { Requirement } from "../requirements.ts";
import { type Cell, cellName, cells } from "./cells.ts";
import { places } from "./http-place-names.ts";
import { ofCallers } from "./http-callers.ts";
import { ofFrames } from "./http-frames.ts";
import { askings, idOf as idOfMethod, idOfAsking, methods, treatmentOf } from "./methods.ts";
import { idOf as idOfNotification, notifications, occurs } from "./notifications.ts";

import { answerings, idOf as idOfOutcome } from "./outcomes.ts";

/** What went wrong in the field with others, as it is proven here not to. */
const fieldBugs = [
	[
		"denied_at_http",
		"A denial at HTTP authentication is in the trail, of a shared transport and of a server made for each request.",
		"test/mcp/http-edge.test.ts",
	],
	[
		"principal",
		"Who asked is told from checked claims, with the delegation of RFC 8693.",
		"test/mcp/http.test.ts",
	],
	["no_session", "Correlation needs no session.", "test/correlation/rounds.test.ts"],
	[
		"legs",
		"Rounds are one operation, and the echo of the state is judged.",
		"test/correlation/rounds.test.ts",
	],
	[
		"same_id",
		"Client, gateway and server have the same id of one call.",
		"test/matrix/nested/nested.test.ts",
	],
	[
		"rederivable",
		"A digest can be computed again from the value and the key.",
		"test/cli/hash.test.ts",
	],
	[
		"error_text",
		"No exception text leaks into telemetry by default.",
		"packages/mcp/src/otel/traced.test.ts",
	],
	[
		"names",
		"Names that nobody has are bounded in telemetry.",
		"packages/mcp/src/otel/metrics.test.ts",
	],
	["session_hashed", "A session id is only ever a digest.", "test/mcp/http.test.ts"],
	[
		"kafka_spool",
		"A broker that is killed loses nothing.",
		"test/services/kafka/faults.service.test.ts",
	],
	["truncation", "Gaps, edits and cut tails are found and named.", "test/tamper/tamper.test.ts"],
	[
		"reintroduced",
		"A definition that was hidden and comes back is told.",
		"test/mcp/definitions.test.ts",
	],
	[
		"hidden_text",
		"Characters that a model reads and a person does not see are found in definitions.",
		"packages/mcp/src/definitions/drift.test.ts",
	],
	[
		"approval_view",
		"A decision has the digests of what was shown, which the call itself has to have.",
		"test/mcp/applications.test.ts",
	],
	["digests_only", "By default digests are kept, no payloads.", "test/mcp/canary.test.ts"],
] as const;

/** What is asked of every cell, or of those over HTTP. */
const everywhere = [
	["wire.field_anonymous", "Who showed no credential is never said to be verified."],
	["wire.field_auth_info", "Who was checked is told, with at most ten delegates.", "http"],
	[
		"wire.field_granularity",
		"A denial, a tool's own error and an error inside 2xx are told apart.",
	],
	["wire.field_policy", "Each event names its policy, the rule and how much was kept."],
	["wire.outcome_policy_failed", "A policy that throws costs no event and changes no outcome."],
] as const;

/** What breaks wrappers of the SDKs, and what the hook does about each. */
const traps = [
	"The scope check of a 2.x transport stays.",
	"The status of an early error stays.",
	"A transport that closes in a microtask of its answer cuts nothing off.",
	"An answer is matched as the SDK matches it.",
	"An error without an id ends no request.",
	"What the SDK drops opens nothing.",
	"What comes during start() is seen.",
	"The negotiation of a 2.x client goes on working.",
	"Accessors on the prototype are passed on to.",
	"Private fields stay reachable.",
	"Hooked twice is one event.",
	"Closed twice is closed once.",
	"A stdio server leaves when its input ends.",
	"Nothing is written to stdout.",
	"Shared messages are not changed.",
	"What was learned outlives a server made for one request.",
	"An id reused while open ends the older request.",
	"No text of a transport's error is taken.",
	"What cannot be hooked is said once and left alone.",
	"A send runs in its request's context.",
];

const where = (holds: (cell: Cell) => boolean): readonly string[] =>
	cells.filter(holds).map(cellName);

/** Every method and notification, and the cells of SDK and transport over which each is proven. */
export const wireRequirements: readonly Requirement[] = [
	...methods.map((one) => ({
		id: idOfMethod(one),
		says: `${one.method}, asked by a ${one.by}, is one event on each side, whatever the era does with it.`,
		provenBy: ["test/wire/methods.test.ts"],
		over: where((cell) => treatmentOf(one, cell) !== undefined),
	})),
	...askings.map((one) => ({
		id: idOfAsking(one),
		says: `${one.method}, asked inside a result, is told once by each side, and so is its answer.`,
		provenBy: ["test/wire/methods.test.ts"],
		over: where(({ sdk }) => sdk === "v2-modern"),
	})),
	...notifications.map((one) => ({
		id: idOfNotification(one),
		says: `${one.method}, told by a ${one.by}, is seen once by each side, or counted into its request.`,
		provenBy: ["test/wire/notifications.test.ts"],
		over: where((cell) => occurs(one, cell)),
	})),
	...[...ofFrames, ...ofCallers].map(({ id, says, expected }) => ({
		id,
		says,
		provenBy: ["test/wire/http-status.test.ts"],
		over: places.filter((place) => expected[place] !== undefined),
	})),
	...answerings.map((one) => ({
		id: idOfOutcome(one),
		says: one.says,
		provenBy: ["test/wire/outcomes.test.ts"],
		over: where((cell) => one.only?.(cell) ?? true),
	})),
	...everywhere.map(([id, says, only]) => ({
		id,
		says,
		provenBy: ["test/wire/callers.test.ts"],
		over: where(({ way }) => only === undefined || way === only),
	})),
	{
		id: "wire.outcome_undelivered",
		says: "An answer that could not be sent keeps its outcome, and says that it did not arrive.",
		provenBy: ["packages/mcp/src/describe/outcome.test.ts", "test/mcp/undelivered.test.ts"],
	},
	...fieldBugs.map(([short, says, file]) => ({
		id: `wire.field_${short}`,
		says,
		provenBy: [file],
		over: [],
	})),
	...traps.map((says, index) => ({
		id: `wire.trap_${index + 1}`,
		says,
		provenBy: [index + 1 === 16 ? "test/mcp/http.test.ts" : "packages/mcp/src/hook/traps.test.ts"],
		over: [],
	})),
];
