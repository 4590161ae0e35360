import { wireRequirements } from "./wire/requirements.ts";
import { systemRequirements } from "./wire/systems.ts";

/** The ten promises of DESIGN and docs/guarantees.md, and the areas around them. */
export const promises = [
	{ id: "transparent", says: "The host behaves the same with and without." },
	{ id: "complete", says: "Every request has exactly one outcome event." },
	{
		id: "durable",
		says: "What was acknowledged survives and is delivered at least once, in order.",
	},
	{ id: "honest", says: "What could not be known or recorded is said." },
	{ id: "bounded", says: "Memory, disk and handles have limits with a stated behaviour." },
	{ id: "private", says: "No value, token or secret is kept by default." },
	{ id: "tamper", says: "Edit, removal, insertion and reorder are found and named." },
	{ id: "compatible", says: "Old events stay readable; a released schema never changes." },
	{ id: "failclosed", says: "What is held and given up never acts." },
	{ id: "safe", says: "Nothing that comes from traffic is trusted." },
] as const;

/** One thing that is promised, and the tests that go red when it is broken. */
export interface Requirement {
	/** `<promise or area>.<short>`; stands in square brackets in the title of each test that proves it. */
	readonly id: string;
	readonly says: string;
	readonly provenBy: readonly string[];
	/** Each must be a `describe` around a test that proves it: the cells of a matrix. */
	readonly over?: readonly string[];
}

export const requirements: readonly Requirement[] = [
	...wireRequirements,
	...systemRequirements,
	{
		id: "sinks.opensearch_data_stream",
		says: "A data stream takes an event once until it rolls over, as the sink declares.",
		provenBy: ["test/services/opensearch/delivery.service.test.ts"],
	},
	{
		id: "sinks.opensearch_holds",
		says: "While an index is read-only, closed, missing, without room or without credentials nothing is lost or given up; then all arrives.",
		provenBy: ["test/services/opensearch/delivery.service.test.ts"],
	},
	{
		id: "sinks.opensearch_pressure",
		says: "Back-pressure and a body limit of a real node lose and double nothing.",
		provenBy: ["test/services/opensearch/delivery.service.test.ts"],
	},
	{
		id: "sinks.opensearch_rejects",
		says: "What a real mapping refuses goes to the dead letters, alone.",
		provenBy: ["test/services/opensearch/delivery.service.test.ts"],
	},
	{
		id: "sinks.opensearch_round_trip",
		says: "Every event is found in a real OpenSearch, field by field, its chain intact; a replay adds nothing.",
		provenBy: ["test/services/opensearch/delivery.service.test.ts"],
	},
	{
		id: "sinks.relp_failures",
		says: "Only what a RELP receiver acknowledged counts as delivered; each other answer is classified.",
		provenBy: ["packages/sinks/src/relp.test.ts"],
	},
	{
		id: "sinks.relp_framing",
		says: "RELP frames are byte exact, their transactions numbered one by one.",
		provenBy: ["packages/sinks/src/relp.test.ts"],
	},
	{
		id: "sinks.relp_window",
		says: "No more messages are under way to a RELP receiver than the window.",
		provenBy: ["packages/sinks/src/relp.test.ts"],
	},
	{
		id: "transparent.bad_config",
		says: "A wrong configuration is said on standard error, and the application runs as if nothing were registered.",
		provenBy: ["packages/node/src/config/read-config.test.ts", "test/node/register.test.ts"],
	},
	{
		id: "transparent.conformance",
		says: "The official conformance suite gives the same result with and without, check by check.",
		provenBy: ["test/conformance/run.ts"],
	},
	{
		id: "transparent.conformance-gate",
		says: "The gate's comparison finds any check that came out differently, and forgives only trace context.",
		provenBy: [
			"test/conformance/compare.test.ts",
			"test/conformance/results.test.ts",
			"test/conformance/steady.test.ts",
			"test/conformance/turnstile.test.ts",
		],
	},
	{
		id: "transparent.exit",
		says: "A process leaves by itself after close, whatever the sinks do.",
		provenBy: ["packages/audit/src/process-exit.test.ts"],
	},
	{
		id: "transparent.extension_off",
		says: "Off, the audit extension leaves every frame as it is.",
		provenBy: ["test/correlation/extension.test.ts"],
	},
	{
		id: "transparent.fetch",
		says: "A watched fetch hands on the very arguments, answer and error, and reads no stream.",
		provenBy: ["packages/mcp/src/http/body-copy.test.ts", "test/mcp/fetch-companion.test.ts"],
	},
	{
		id: "transparent.http_edge",
		says: "An HTTP edge changes no byte of an answer, streamed, HEAD or cut off.",
		provenBy: ["test/mcp/http-edge.test.ts"],
	},
	{
		id: "transparent.listen_answer",
		says: "The answer to a listen request is handed on with its bytes, headers and where it came from.",
		provenBy: ["test/mcp/http-edge.test.ts"],
	},
	{
		id: "transparent.local_calls",
		says: "A watched client method hands on arguments, results and errors, and leaves unhandled what was.",
		provenBy: ["test/mcp/local-calls.test.ts"],
	},
	{
		id: "transparent.never_throws",
		says: "record takes anything without throwing, and so does a hooked transport.",
		provenBy: [
			"packages/audit/src/open-audit.test.ts",
			"packages/mcp/src/audited/record-of.test.ts",
			"test/mcp/odd-frames.test.ts",
		],
	},
	{
		id: "transparent.no_context",
		says: "A client that is audited alone, or not at all and without an SDK of traces, opens no asynchronous context, unless a fetch or an auth provider of its host's needs one.",
		provenBy: ["packages/mcp/src/otel/traced.test.ts", "test/mcp/asynchronous-context.test.ts"],
	},
	{
		id: "transparent.no_stdout",
		says: "Nothing is written to standard output.",
		provenBy: [
			"packages/sinks/src/console.test.ts",
			"test/services/kafka/delivery.service.test.ts",
		],
	},
	{
		id: "transparent.notifications",
		says: "Without an OpenTelemetry SDK notifications leave exactly as the MCP SDK made them.",
		provenBy: ["test/otel/notifications.test.ts"],
	},
	{
		id: "transparent.stdout",
		says: "Nothing of ours is written to standard output.",
		provenBy: ["packages/audit/src/open-audit.test.ts", "test/privacy/canary.test.ts"],
	},
	{
		id: "transparent.zero_code",
		says: "Under register a program's standard output and exit are those of the bare run.",
		provenBy: [
			"packages/node/src/hook/classes.test.ts",
			"test/node/reads.test.ts",
			"test/node/register.test.ts",
		],
	},
	{
		id: "transparent.zero_code_traces",
		says: "OpenTelemetry's SDK is started where the application starts none; it neither writes to standard output nor holds the process.",
		provenBy: ["packages/node/src/traces.test.ts", "test/node/traces.test.ts"],
	},
	{
		id: "complete.a2a",
		says: "Context, task, message, operation, attempt and leg of an agent's calls are rebuilt from the servers' events alone.",
		provenBy: ["test/correlation/a2a.test.ts"],
	},
	{
		id: "complete.a2a_baggage",
		says: "A2A ids are taken from baggage by an allow list, and only where that is asked for.",
		provenBy: ["test/correlation/extension.test.ts"],
	},
	{
		id: "complete.ai_invocation",
		says: "The turn of SEP-2817 is read under both keys, and nothing else of it.",
		provenBy: ["test/correlation/extension.test.ts"],
	},
	{
		id: "complete.answered",
		says: "A success is recorded once on each side.",
		provenBy: ["test/mcp/outcomes.test.ts"],
	},
	{
		id: "complete.application_block",
		says: "A block that the application wrote goes out as it is, and is what its own events say.",
		provenBy: ["test/correlation/extension.test.ts"],
	},
	{
		id: "complete.approval",
		says: "A decision about a call is told with the digests that the call itself has.",
		provenBy: ["test/mcp/applications.test.ts"],
	},
	{
		id: "complete.bisect",
		says: "A refused batch is halved until the poison is alone.",
		provenBy: ["packages/audit/src/delivery/deliver.test.ts"],
	},
	{
		id: "complete.caller_deadline",
		says: "A deadline that the caller sets with a signal is a timeout.",
		provenBy: ["test/mcp/outcomes.test.ts"],
	},
	{
		id: "complete.connections",
		says: "Connections that open and close are recorded, on both sides.",
		provenBy: ["test/mcp/http.test.ts", "test/mcp/messages.test.ts"],
	},
	{
		id: "complete.counted_notifications",
		says: "Progress and log messages are counted into the event of their request.",
		provenBy: ["test/mcp/notifications.test.ts"],
	},
	{
		id: "complete.custom_methods",
		says: "A request of any method has its outcome event.",
		provenBy: ["test/mcp/skills.test.ts"],
	},
	{
		id: "complete.dead_letter",
		says: "A refused event is kept byte for byte, and the refusal is chained.",
		provenBy: [
			"packages/audit/src/delivery/in-flight.test.ts",
			"packages/audit/src/open-audit.test.ts",
		],
	},
	{
		id: "complete.definition_changes",
		says: "What lists show is held against what they showed before: added, removed, changed, reintroduced, renamed.",
		provenBy: ["packages/mcp/src/definitions/drift.test.ts", "test/mcp/definitions.test.ts"],
	},
	{
		id: "complete.delivered",
		says: "Whatever a sink does, all but the poison arrives, in order where it keeps order.",
		provenBy: ["packages/audit/src/delivery/deliver.test.ts"],
	},
	{
		id: "complete.discovery",
		says: "What was read of a server is told, and what it said before where that was something else.",
		provenBy: ["test/mcp/applications.test.ts", "test/mcp/definitions.test.ts"],
	},
	{
		id: "complete.duplicate_effect",
		says: "A tool that is not safe to repeat and succeeds twice in one operation is one finding.",
		provenBy: ["test/correlation/extension.test.ts"],
	},
	{
		id: "complete.evicted_pairing",
		says: "An answer ends the request of its very id, not one that reads alike.",
		provenBy: ["packages/mcp/src/hook/traps.test.ts"],
	},
	{
		id: "complete.extensions",
		says: "Events of requests say which extensions both sides declared.",
		provenBy: ["test/correlation/extension.test.ts"],
	},
	{
		id: "complete.gateway_hops",
		says: "A gateway passes an operation on, one hop further, and names its cause.",
		provenBy: ["test/correlation/extension.test.ts"],
	},
	{
		id: "complete.guard",
		says: "Frames are judged exactly as each SDK's own guard judges them.",
		provenBy: ["packages/mcp/src/hook/frame.test.ts"],
	},
	{
		id: "complete.http_challenge",
		says: "A scope challenge says what was asked, what the caller had, and how often it came.",
		provenBy: ["test/mcp/http-edge.test.ts"],
	},
	{
		id: "complete.http_edge",
		says: "Every HTTP request that is refused before a transport sees it has exactly one event, and none has two.",
		provenBy: ["test/mcp/http-edge.test.ts", "packages/mcp/src/http/refusal.test.ts"],
	},
	{
		id: "complete.inputs",
		says: "A question inside a result and its answer are told once, on both sides, also where a client's own handler answers.",
		provenBy: ["test/mcp/inputs.test.ts", "test/node/register.test.ts"],
	},
	{
		id: "complete.late",
		says: "A client or server that is instrumented after it connected is recorded from then on, and that is said.",
		provenBy: [
			"packages/mcp/src/hook/earlier.test.ts",
			"test/mcp/late.test.ts",
			"test/mcp/types.test.ts",
		],
	},
	{
		id: "complete.local_calls",
		says: "What a client answers or refuses itself is told, once, and never beside a wire that told the same.",
		provenBy: ["test/mcp/local-calls.test.ts"],
	},
	{
		id: "complete.matrix_accounted",
		says: "Every request on the wire has one outcome event and one span.",
		provenBy: ["test/matrix/matrix.ts"],
	},
	{
		id: "complete.matrix_cells",
		says: "Every cell of the matrix has a line; those that cannot occur are named and counted.",
		provenBy: ["test/matrix/expected.test.ts"],
	},
	{
		id: "complete.matrix_joined",
		says: "The server's span is the child of the client's, and events carry their ids.",
		provenBy: ["test/matrix/matrix.ts"],
	},
	{
		id: "complete.matrix_verdicts",
		says: "Each side of each cell says what the table says.",
		provenBy: ["test/matrix/matrix.ts"],
	},
	{
		id: "complete.mrtr_legs",
		says: "The rounds of one call are legs of one attempt of one operation, with the extension and without.",
		provenBy: ["test/correlation/operations.test.ts"],
	},
	{
		id: "complete.mrtr_parallel",
		says: "Calls that run at the same time keep their rounds apart, also where they were given the same state or none.",
		provenBy: ["packages/mcp/src/correlation/correlation.test.ts"],
	},
	{
		id: "complete.mrtr_stateless",
		says: "Rounds that land on different processes are one operation from the events alone: by the claim, else by the caller's trace.",
		provenBy: ["test/correlation/rounds.test.ts"],
	},
	{
		id: "complete.nested_minted",
		says: "Without an SDK the events of both processes join by minted ids.",
		provenBy: ["test/matrix/nested/nested.test.ts"],
	},
	{
		id: "complete.nested_spans",
		says: "Tool, sampling and client form one chain of spans across processes.",
		provenBy: ["test/matrix/nested/nested.test.ts"],
	},
	{
		id: "complete.nginx_legs",
		says: "The legs of one call on two servers behind a real nginx are one operation, from the events alone.",
		provenBy: ["test/services/nginx/stateless.service.test.ts"],
	},
	{
		id: "complete.odd_claims",
		says: "Claims that cannot be read or are no JSON cost no event.",
		provenBy: ["test/mcp/peers-word.test.ts"],
	},
	{
		id: "complete.odd_frames",
		says: "A request that throws when it is read keeps its event, with id and method.",
		provenBy: ["test/mcp/odd-frames.test.ts"],
	},
	{
		id: "complete.odd_values",
		says: "A value that is no JSON, or throws when it is read, costs no event.",
		provenBy: ["test/mcp/odd-values.test.ts"],
	},
	{
		id: "complete.operation_both_sides",
		says: "With the audit extension a call has the same operation at both ends, minted by its client.",
		provenBy: ["test/correlation/operations.test.ts"],
	},
	{
		id: "complete.other_notifications",
		says: "Notifications of no request are recorded, those alike with a count.",
		provenBy: ["test/mcp/messages.test.ts"],
	},
	{
		id: "complete.parent_event",
		says: "What is asked inside a tool names the event of the tool's call.",
		provenBy: ["test/correlation/rounds.test.ts"],
	},
	{
		id: "complete.receipts",
		says: "A client that declared the extension keeps the id of the server's event; nobody else gets one.",
		provenBy: ["test/correlation/extension.test.ts"],
	},
	{
		id: "complete.recorded",
		says: "What is recorded is delivered in order, and close says what became of it.",
		provenBy: ["packages/audit/src/open-audit.test.ts"],
	},
	{
		id: "complete.refused",
		says: "Frames that the SDK drops are recorded with what is wrong with them.",
		provenBy: ["test/mcp/messages.test.ts"],
	},
	{
		id: "complete.redelivered",
		says: "A failure of any kind is retried until the sink takes the batch.",
		provenBy: ["packages/audit/src/delivery/deliver.test.ts"],
	},
	{
		id: "complete.refused_operation",
		says: "What an HTTP edge refuses belongs to the operation that its block names, where the extension is on and the body was read.",
		provenBy: ["test/correlation/edge.test.ts"],
	},
	{
		id: "complete.refused_unwaited",
		says: "What the trail refuses without anyone waiting is told and counted, too.",
		provenBy: ["packages/audit/src/trail/unwaited.test.ts"],
	},
	{
		id: "complete.reserve",
		says: "Room kept in the trail is for calls that act, also where nobody waits.",
		provenBy: ["packages/audit/src/trail/unwaited.test.ts"],
	},
	{
		id: "complete.retry_attempts",
		says: "The same call again within one operation is another attempt of it, never another leg.",
		provenBy: ["test/correlation/operations.test.ts"],
	},
	{
		id: "complete.retry_trace",
		says: "After a failure the same call in one trace is another attempt, and says why.",
		provenBy: ["test/correlation/rounds.test.ts"],
	},
	{
		id: "complete.simulation",
		says: "Over kills, slow and lying sinks all is delivered, in order, within bounds.",
		provenBy: ["test/fault/audit-simulation.long.test.ts", "test/fault/audit-simulation.test.ts"],
	},
	{
		id: "complete.skills",
		says: "What a skill declares of its files is held against what is read of them.",
		provenBy: ["test/mcp/skills.test.ts"],
	},
	{
		id: "complete.step_up",
		says: "A request that is let through after a challenge is one request, and says what it was challenged for and how often.",
		provenBy: [
			"packages/mcp/src/client/hook-fetch.test.ts",
			"packages/mcp/src/client/request-id.test.ts",
			"test/mcp/fetch-companion.test.ts",
		],
	},
	{
		id: "complete.subscriptions",
		says: "A stream of notifications is told as granted, with what it carried, and as closed where no answer ended it.",
		provenBy: ["packages/mcp/src/http/sse.test.ts", "test/mcp/subscriptions.test.ts"],
	},
	{
		id: "complete.task_expiry",
		says: "A task that nobody read is told to have expired, seen or inferred; a stranger's refusal expires nothing.",
		provenBy: ["test/mcp/task-deadlines.test.ts"],
	},
	{
		id: "complete.task_notices",
		says: "A status notification tells a change once; what has ended does not begin again.",
		provenBy: ["test/mcp/task-deadlines.test.ts"],
	},
	{
		id: "complete.task_operation",
		says: "What its own principal asks of a task, and what is told of it, belongs to the operation of the call that made it.",
		provenBy: [
			"packages/mcp/src/correlation/correlation.test.ts",
			"test/mcp/task-deadlines.test.ts",
			"test/mcp/tasks.test.ts",
		],
	},
	{
		id: "complete.task_owners",
		says: "What a stranger does with a task is told as his, and neither joined with its owner's doing nor taken for the task's end.",
		provenBy: ["test/mcp/task-deadlines.test.ts"],
	},
	{
		id: "complete.task_stateless",
		says: "A process that did not see a task made tells what it sees of it, and infers nothing.",
		provenBy: ["test/mcp/task-deadlines.test.ts"],
	},
	{
		id: "complete.tasks",
		says: "A task is told as made, changed, asking, retrieved and ended, in both forms, joined to the request that made it.",
		provenBy: ["test/mcp/tasks.test.ts"],
	},
	{
		id: "complete.token_exchange",
		says: "Every token that an instrumented client asks for, and every registration, is one event, refused ones too.",
		provenBy: ["test/mcp/fetch-companion.test.ts"],
	},
	{
		id: "complete.two_audits",
		says: "Two audits on one client or server each get its whole story, with digests of their own key alone.",
		provenBy: [
			"packages/mcp/src/http/body-copy.test.ts",
			"test/mcp/fetch-companion.test.ts",
			"test/mcp/late.test.ts",
			"test/mcp/two-audits.test.ts",
		],
	},
	{
		id: "complete.unmatched",
		says: "Late answers are told from those nobody asked for.",
		provenBy: ["test/mcp/messages.test.ts"],
	},
	{
		id: "complete.unsettled_send",
		says: "An answer whose sending never ends is recorded when the connection closes.",
		provenBy: ["test/mcp/peers-word.test.ts"],
	},
	{
		id: "complete.zero_code",
		says: "Under register every request of an untouched client or server has its outcome, once.",
		provenBy: [
			"test/node/http.test.ts",
			"test/node/permission.test.ts",
			"test/node/reads.test.ts",
			"test/node/register.test.ts",
		],
	},
	{
		id: "complete.zero_code_http",
		says: "Under register, an MCP request that a node:http server refuses before a transport is one event, and never two.",
		provenBy: ["test/mcp/http-process.test.ts", "test/node/http.test.ts"],
	},

	{
		id: "durable.broker_frozen",
		says: "A frozen broker costs nothing: all arrives, in order.",
		provenBy: ["test/services/kafka/faults.service.test.ts"],
	},
	{
		id: "durable.broker_killed",
		says: "A broker killed eight times under load costs nothing.",
		provenBy: ["test/services/kafka/faults.service.test.ts"],
	},
	{
		id: "durable.broker_stopped",
		says: "A broker stopped for a minute costs nothing.",
		provenBy: ["test/services/kafka/faults.service.test.ts"],
	},
	{
		id: "durable.claim",
		says: "Of many processes exactly one takes a dead stream.",
		provenBy: ["test/fault/damaged.test.ts"],
	},
	{
		id: "durable.collector",
		says: "A Collector stopped, killed, frozen or short of memory: nothing is lost, what comes again is the same.",
		provenBy: ["test/services/collector/collector.service.test.ts"],
	},
	{
		id: "durable.dead_letters",
		says: "Events refused at the same time, by batches under way or by processes that share the folder, are all kept as dead letters.",
		provenBy: ["packages/audit/src/delivery/dead-letters.test.ts"],
	},
	{
		id: "durable.exit",
		says: "A process that calls process.exit() loses nothing it recorded, and its stream ends cleanly: before the trail is open, in the middle of a write, and wherever in its close.",
		provenBy: [
			"packages/audit/src/close-sync.test.ts",
			"test/fault/exit.test.ts",
			"test/node/register.test.ts",
		],
	},
	{
		id: "durable.fence",
		says: "A process stops writing when another has taken its stream.",
		provenBy: [
			"packages/audit/src/close-sync.test.ts",
			"packages/audit/src/trail/file-trail.test.ts",
			"packages/audit/src/trail/lease-watch.test.ts",
		],
	},
	{
		id: "durable.kill9",
		says: "Every acknowledged event survives kill -9, also between write and sync.",
		provenBy: ["test/fault/kill.long.test.ts", "test/fault/kill.test.ts"],
	},
	{
		id: "durable.leader_lost",
		says: "Three brokers that lose their leader eight times cost nothing; bare kafkajs loses events.",
		provenBy: ["test/services/kafka/faults.service.test.ts"],
	},
	{
		id: "durable.lease",
		says: "A dead host's stream is taken over once its lease has run out, and a living one's is not, though the clocks of the hosts differ.",
		provenBy: [
			"packages/audit/src/trail/file-trail.test.ts",
			"packages/audit/src/trail/lease-watch.test.ts",
		],
	},
	{
		id: "durable.opensearch_killed",
		says: "OpenSearch killed under load loses nothing and stores nothing twice.",
		provenBy: ["test/services/opensearch/delivery.service.test.ts"],
	},
	{
		id: "durable.order",
		says: "A trail that refuses is survived, and each loss is counted once.",
		provenBy: ["packages/audit/src/open-audit.test.ts"],
	},
	{
		id: "durable.owner",
		says: "Two processes at once have a stream each.",
		provenBy: ["test/fault/damaged.test.ts"],
	},
	{
		id: "durable.power",
		says: "Every acknowledged event survives a cut back to the last fdatasync.",
		provenBy: ["test/fault/power-loss.test.ts", "test/node/permission.test.ts"],
	},
	{
		id: "durable.release",
		says: "A reader nobody opens is released after readerRetention, and that is recorded.",
		provenBy: [
			"packages/audit/src/trail/file-trail.test.ts",
			"packages/audit/src/trail/upkeep.test.ts",
		],
	},
	{
		id: "durable.simulated",
		says: "Nothing acknowledged is lost in seeded worlds of torn writes and lost caches.",
		provenBy: ["test/fault/simulation.long.test.ts", "test/fault/simulation.test.ts"],
	},
	{
		id: "durable.torn",
		says: "A torn tail is set aside, and its size recorded.",
		provenBy: ["test/fault/damaged.test.ts"],
	},
	{
		id: "durable.zero_code_ends",
		says: "At the end of input, on SIGTERM and at a natural end what was recorded is written within two seconds.",
		provenBy: ["test/node/http.test.ts", "test/node/register.test.ts"],
	},
	{
		id: "honest.anonymous",
		says: "Only who is known to have sent no credential is called anonymous.",
		provenBy: ["test/mcp/identity.test.ts"],
	},
	{
		id: "honest.binding",
		says: "An event says to which key a token is bound, and holds no proof.",
		provenBy: ["test/mcp/fetch-companion.test.ts"],
	},
	{
		id: "honest.client_address",
		says: "A call's address is the connection's, or a trusted hop's word, on hooked transports as at the edge.",
		provenBy: ["test/mcp/identity.test.ts", "test/mcp/http-edge.test.ts"],
	},
	{
		id: "honest.client_certificate",
		says: "A client certificate that TLS found good names who asked and is held against a token's binding; any other names nobody.",
		provenBy: ["test/mcp/client-certificate.test.ts"],
	},
	{
		id: "honest.collector_memory",
		says: "A Collector that gathers batches in memory loses them when it is killed, as the page says.",
		provenBy: ["test/services/collector/collector.service.test.ts"],
	},
	{
		id: "honest.config_changed",
		says: "A start by another configuration than the last one of the same service is a record of its own.",
		provenBy: ["test/node/register.test.ts"],
	},
	{
		id: "honest.config_digest",
		says: "trail.started holds the digest of the configuration as it was read, before secrets are filled in.",
		provenBy: ["packages/node/src/config/read-config.test.ts", "test/node/register.test.ts"],
	},
	{
		id: "honest.damage",
		says: "A bad line with good ones after it stays, is named, and the rest is delivered.",
		provenBy: ["test/fault/damaged.test.ts"],
	},
	{
		id: "honest.executed",
		says: "executed says yes or no only where the callback was seen, whatever the text says.",
		provenBy: ["test/mcp/outcomes.test.ts", "test/mcp/peers-word.test.ts"],
	},
	{
		id: "honest.finding_rules",
		says: "Each rule of findings that the vocabulary names is made by something, and no other is.",
		provenBy: ["test/mcp/findings.test.ts"],
	},
	{
		id: "honest.folded_close",
		says: "What is being counted when the audit closes is recorded before it stops.",
		provenBy: ["test/mcp/messages.test.ts"],
	},
	{
		id: "honest.foreign",
		says: "A foreign file under a segment's name is kept and named.",
		provenBy: ["test/fault/damaged.test.ts"],
	},
	{
		id: "honest.full",
		says: "On a full disk what was acknowledged stays, what could not be kept is told.",
		provenBy: ["test/fault/disk-full.test.ts"],
	},
	{
		id: "honest.gate_ignored",
		says: "A gate that a policy decides, which no version holds calls for yet, is said to be passed over.",
		provenBy: ["test/mcp/gate-ignored.test.ts"],
	},
	{
		id: "honest.lists_by_token",
		says: "Lists that one client process reads with several principals' tokens are not held against each other; a renewed token's are.",
		provenBy: ["test/mcp/definitions.test.ts"],
	},
	{
		id: "honest.identity_hook",
		says: "What an application says of who asks is its word unless it says that it checked; it never breaks a call.",
		provenBy: ["test/mcp/http-edge.test.ts", "test/mcp/identity.test.ts"],
	},
	{
		id: "honest.lost",
		says: "After a disk that failed for a while, trail.lost says what it cost.",
		provenBy: [
			"packages/audit/src/trail/file-trail.test.ts",
			"packages/audit/src/trail/loss-reports.test.ts",
			"packages/audit/src/trail/losses.test.ts",
		],
	},
	{
		id: "honest.memory_only",
		says: "An audit without a trail and a sink says once that nothing outlives the process.",
		provenBy: ["packages/audit/src/open-audit.test.ts"],
	},
	{
		id: "honest.nginx_killed",
		says: "Servers killed between the legs are the client's unknown, and an unclean end that their restart records.",
		provenBy: ["test/services/nginx/stateless.service.test.ts"],
	},
	{
		id: "honest.open_late",
		says: "A trail that does not open is told of within seconds, whatever it waits for.",
		provenBy: ["packages/audit/src/open-audit.test.ts"],
	},
	{
		id: "honest.over_scope",
		says: "A token that was granted scopes which were not asked for is a finding, once.",
		provenBy: ["test/mcp/fetch-companion.test.ts"],
	},
	{
		id: "honest.own_exchange",
		says: "Only what carries a request says what it was sent with; what is fetched elsewhere within it does not.",
		provenBy: ["test/mcp/fetch-companion.test.ts"],
	},
	{
		id: "honest.own_name",
		says: "No peer can choose the name that the other side is recorded under.",
		provenBy: ["test/mcp/peers-word.test.ts"],
	},
	{
		id: "honest.rejected",
		says: "What the SDK refused was not executed.",
		provenBy: ["test/mcp/outcomes.test.ts"],
	},
	{
		id: "honest.server_identity",
		says: "A server is known by configuration, origin or command, never by its name, and whether it is listed.",
		provenBy: ["test/mcp/identity.test.ts"],
	},
	{
		id: "honest.simulation",
		says: "What a failing disk cost is counted exactly, in the trail itself.",
		provenBy: ["test/fault/audit-simulation.long.test.ts", "test/fault/audit-simulation.test.ts"],
	},
	{
		id: "honest.slot",
		says: "The losses of a process that died on a full disk are told by the next.",
		provenBy: ["test/fault/disk-full.test.ts"],
	},
	{
		id: "honest.started",
		says: "trail.started is not given up.",
		provenBy: ["packages/audit/src/open-audit.test.ts"],
	},
	{
		id: "honest.token_passthrough",
		says: "A token that a caller sent here and that is sent on to another server is a finding.",
		provenBy: ["test/mcp/fetch-companion.test.ts"],
	},
	{
		id: "honest.unknown_tool",
		says: "An unknown tool is rejected in both SDK generations.",
		provenBy: ["test/mcp/outcomes.test.ts", "test/mcp/peers-word.test.ts"],
	},
	{
		id: "honest.unlisted_server",
		says: "A client's connection to a server that is not on the operator's list is a finding, once.",
		provenBy: ["test/mcp/identity.test.ts"],
	},
	{
		id: "honest.unwritable",
		says: "An unwritable folder is named with its user and the remedy.",
		provenBy: ["test/fault/permissions.test.ts", "test/node/permission.test.ts"],
	},
	{
		id: "bounded.close",
		says: "Close ends at its deadline whatever hangs, names what hangs, and still ends the trail.",
		provenBy: ["packages/audit/src/close-audit.test.ts", "packages/audit/src/open-audit.test.ts"],
	},
	{
		id: "bounded.correlation",
		says: "What joins requests is bounded in number and time, and the oldest goes first.",
		provenBy: [
			"packages/mcp/src/correlation/bounded-table.test.ts",
			"packages/mcp/src/correlation/correlation.test.ts",
		],
	},
	{
		id: "bounded.dead_letters",
		says: "A lane holds at the limit of its dead-letter file.",
		provenBy: ["packages/audit/src/open-audit.test.ts"],
	},
	{
		id: "bounded.definitions",
		says: "The memory of definitions is bounded; what it cannot hold is not told of again and again.",
		provenBy: ["packages/mcp/src/definitions/drift.test.ts", "test/mcp/memory.test.ts"],
	},
	{
		id: "bounded.disk",
		says: "A full trail looks at once for what a dead process has left, and what is damaged never keeps it from making room; verify goes on to name the damage.",
		provenBy: [
			"packages/audit/src/trail/damaged-streams.test.ts",
			"packages/audit/src/trail/upkeep.test.ts",
		],
	},
	{
		id: "bounded.exit",
		says: "What waits when a process calls process.exit() may go beyond maxBytes once; at the limit only that the stream ended, and what it could not keep, is added.",
		provenBy: ["packages/audit/src/close-sync.test.ts"],
	},
	{
		id: "bounded.folded",
		says: "A flood of what is no request shares events that say how many.",
		provenBy: ["test/mcp/messages.test.ts"],
	},
	{
		id: "bounded.gathered",
		says: "What is recorded without waiting is written within 10 ms; what is about to act or is severe, at once.",
		provenBy: ["packages/audit/src/trail/gathering.test.ts"],
	},
	{
		id: "bounded.held",
		says: "A held request is told when it is given up at the cap, and never runs.",
		provenBy: ["packages/mcp/src/hook/gate.test.ts"],
	},
	{
		id: "bounded.hostile_memory",
		says: "Memory is flat under any number of hostile frames.",
		provenBy: ["test/mcp/memory.test.ts"],
	},
	{
		id: "bounded.http_edge_flood",
		says: "Floods of refused requests share events that say how many, whatever the peer varies.",
		provenBy: ["test/mcp/http-edge.test.ts"],
	},
	{
		id: "bounded.identity",
		says: "What an application says of who asks is cut, cleaned and counted before it is kept.",
		provenBy: ["test/mcp/identity.test.ts"],
	},
	{
		id: "bounded.idle_connection",
		says: "A transport that was dropped without being closed is let go once its requests are done.",
		provenBy: ["test/mcp/peers-word.test.ts"],
	},
	{
		id: "bounded.keys",
		says: "What a peer makes long is held as a digest where it is a key.",
		provenBy: [
			"packages/mcp/src/short-key.test.ts",
			"packages/mcp/src/definitions/name-owners.test.ts",
		],
	},
	{
		id: "bounded.large_result",
		says: "A result of 50 MB adds less than 5 MB to what the SDK itself holds.",
		provenBy: ["test/mcp/memory.test.ts"],
	},
	{
		id: "bounded.line",
		says: "Every event fits into 65,535 bytes; what was cut is marked.",
		provenBy: ["packages/audit/src/open-audit.test.ts", "packages/event/src/trim-to-fit.test.ts"],
	},
	{
		id: "bounded.listen_stream",
		says: "An event of a stream that is too long is counted unread, and what follows it is read.",
		provenBy: ["packages/mcp/src/http/sse.test.ts", "test/mcp/http-edge.test.ts"],
	},
	{
		id: "bounded.lists",
		says: "What was learned from lists has a cap and a time to live.",
		provenBy: ["packages/mcp/src/audited/definitions.test.ts"],
	},
	{
		id: "bounded.metric_values",
		says: "A metric tells no ids or URIs apart, and names that peers make up within a bound.",
		provenBy: ["packages/mcp/src/otel/notices.test.ts", "packages/mcp/src/otel/metrics.test.ts"],
	},
	{
		id: "bounded.open_requests",
		says: "At the cap of open requests the oldest ends evicted; its late answer is unmatched.",
		provenBy: ["packages/mcp/src/hook/traps.test.ts"],
	},
	{
		id: "bounded.open_ttl",
		says: "A request that nobody answers ends evicted after its time to live.",
		provenBy: ["packages/mcp/src/hook/traps.test.ts"],
	},
	{
		id: "bounded.peer_context",
		says: "Over-long and inherited trace context keys are not read.",
		provenBy: ["packages/mcp/src/otel/traced.test.ts"],
	},
	{
		id: "bounded.queue",
		says: "What does not fit before the trail is lost newest first, and trail.lost says so.",
		provenBy: ["packages/audit/src/open-audit.test.ts"],
	},
	{
		id: "bounded.queue_bytes",
		says: "What waits is bounded by size, too.",
		provenBy: ["packages/audit/src/open-audit.test.ts"],
	},
	{
		id: "bounded.refusals",
		says: "Sinks that refuse everything come to rest.",
		provenBy: ["packages/audit/src/open-audit.test.ts"],
	},
	{
		id: "bounded.slow_sink",
		says: "A sink that hangs delays no other.",
		provenBy: ["packages/audit/src/open-audit.test.ts"],
	},
	{
		id: "bounded.span_names",
		says: "Names and ids on spans are cut and escaped; a span's name holds none that nobody has.",
		provenBy: ["packages/mcp/src/otel/hooks.test.ts", "packages/mcp/src/otel/traced.test.ts"],
	},
	{
		id: "bounded.task_notices",
		says: "Very many status notifications share events with count, and push out no task that a request made.",
		provenBy: ["test/mcp/task-deadlines.test.ts"],
	},
	{
		id: "bounded.task_polls",
		says: "Identical polls of a task share an event with count; first poll, changes and refusals are told on their own.",
		provenBy: ["test/mcp/tasks.test.ts", "test/mcp/task-deadlines.test.ts"],
	},
	{
		id: "bounded.text",
		says: "Any string becomes a text within its bound.",
		provenBy: ["packages/event/src/clean-text.test.ts"],
	},
	{
		id: "bounded.verify",
		says: "Verifying tens of thousands of streams that have nothing to do with each other does not cost the square of their number.",
		provenBy: ["packages/integrity/src/head-index.test.ts"],
	},
	{
		id: "bounded.write_deadline",
		says: "A write that never settles is given up and tried again.",
		provenBy: ["packages/audit/src/delivery/deliver.test.ts"],
	},
	{
		id: "bounded.zero_code_http",
		says: "Under register, refusals that are alike share an event.",
		provenBy: ["test/mcp/http-process.test.ts"],
	},

	{
		id: "private.actor",
		says: "Who asked comes from checked claims; the token is only a digest.",
		provenBy: ["test/mcp/fetch-companion.test.ts", "test/mcp/http.test.ts"],
	},
	{
		id: "private.canary",
		says: "No private value appears in any event, span, log, dead letter or error.",
		provenBy: ["test/mcp/canary.test.ts", "test/privacy/canary.test.ts"],
	},
	{
		id: "private.console_escaped",
		says: "What would hide in a terminal is shown.",
		provenBy: ["packages/sinks/src/console.test.ts"],
	},
	{
		id: "private.default_policy",
		says: "The default policy keeps metadata only.",
		provenBy: ["packages/audit/src/default-policy.test.ts"],
	},
	{
		id: "private.digest",
		says: "A digest equals HMAC-SHA-256 over domain, kind and value.",
		provenBy: ["packages/audit/src/keys/keyed-digester.test.ts"],
	},
	{
		id: "private.http_edge",
		says: "No token, cookie, session id or query of a refused request is kept.",
		provenBy: ["test/mcp/http-edge.test.ts"],
	},
	{
		id: "private.key_canary",
		says: "No byte of a key appears in an error.",
		provenBy: ["packages/audit/src/keys/key-file.test.ts"],
	},
	{
		id: "private.key_file",
		says: "A key file open to others is refused, with the remedy.",
		provenBy: ["packages/audit/src/keys/key-file.test.ts"],
	},
	{
		id: "private.lists",
		says: "What a private list taught is not shared between principals.",
		provenBy: ["packages/mcp/src/audited/definitions.test.ts"],
	},
	{
		id: "private.message",
		says: "A peer's error text that is kept has no user info, query, fragment or data of an address in it.",
		provenBy: ["packages/event/src/clean-message.test.ts"],
	},
	{
		id: "private.principal_digest",
		says: "Where the policy says so, of a principal only the keyed digest of its id is kept.",
		provenBy: ["test/mcp/identity.test.ts"],
	},
	{
		id: "private.redact_fails",
		says: "Where redaction throws, the event is kept at level metadata, trimmed.",
		provenBy: ["packages/audit/src/open-audit.test.ts"],
	},
	{
		id: "private.span_content",
		says: "No argument, result or prompt variable is on a span unless it is asked for.",
		provenBy: ["packages/mcp/src/otel/traced.test.ts"],
	},
	{
		id: "private.span_error_text",
		says: "Error text is on a span only where asked for, bounded and without the private parts of addresses.",
		provenBy: ["packages/mcp/src/otel/traced.test.ts", "test/otel/options.test.ts"],
	},
	{
		id: "private.span_session",
		says: "No session id is on a span without a digest.",
		provenBy: ["packages/mcp/src/otel/traced.test.ts"],
	},
	{
		id: "private.uri",
		says: "Any string becomes a URI within its bound.",
		provenBy: ["packages/event/src/clean-uri.test.ts"],
	},
	{
		id: "private.uri_canary",
		says: "No user info, query, fragment or data of a URL survives.",
		provenBy: ["packages/event/src/clean-uri.test.ts"],
	},
	{
		id: "private.zero_code_http",
		says: "Under register, ordinary web traffic of a process leaves no event.",
		provenBy: ["test/mcp/http-process.test.ts"],
	},

	{
		id: "tamper.any",
		says: "Any mixture of manipulations is found.",
		provenBy: ["test/tamper/tamper.test.ts"],
	},
	{
		id: "tamper.bounded",
		says: "All faults are counted, the first are listed, lines are bounded.",
		provenBy: ["packages/integrity/src/verifier.test.ts"],
	},
	{
		id: "tamper.constant_memory",
		says: "Verifying needs memory that does not grow with the events.",
		provenBy: ["test/tamper/large.long.test.ts", "test/tamper/large.test.ts"],
	},
	{
		id: "tamper.format",
		says: "The published example is reproduced, and a shell can verify it.",
		provenBy: ["packages/integrity/src/seal.test.ts"],
	},
	{
		id: "tamper.place",
		says: "A fault is named by file, line and byte.",
		provenBy: ["packages/integrity/src/verifier.test.ts"],
	},
	{
		id: "tamper.pruned",
		says: "Only what was pruned is excused.",
		provenBy: ["packages/integrity/src/verifier.test.ts"],
	},
	{
		id: "tamper.restart",
		says: "A restart is explained by trail.recovered.",
		provenBy: ["packages/integrity/src/verifier.test.ts"],
	},
	{
		id: "tamper.table",
		says: "Each kind of manipulation gives exactly the faults of the table.",
		provenBy: ["test/tamper/tamper.test.ts"],
	},
	{
		id: "tamper.unforgeable",
		says: "No string inside an event passes for a line's end.",
		provenBy: ["packages/integrity/src/seal.test.ts"],
	},
	{
		id: "tamper.untouched",
		says: "Nothing is found on untouched trails.",
		provenBy: ["test/tamper/tamper.test.ts"],
	},
	{
		id: "compatible.major",
		says: "Another major version is refused with one clear issue.",
		provenBy: ["packages/event/src/validate.test.ts"],
	},
	{
		id: "compatible.reader",
		says: "An imagined 1.1 event is read; a 1.0 writer may not write it.",
		provenBy: ["packages/event/src/validate.test.ts"],
	},
	{
		id: "compatible.types",
		says: "The classes of both SDK generations are accepted, and the same instance comes back.",
		provenBy: ["test/mcp/types.test.ts"],
	},
	{
		id: "failclosed.broken_gate",
		says: "A request whose admission itself fails is refused.",
		provenBy: ["packages/mcp/src/hook/gate.test.ts"],
	},
	{
		id: "failclosed.extension_block_declares",
		says: "Where no capabilities can be seen, a valid block declares the extension, and nothing else does.",
		provenBy: ["test/correlation/extension.test.ts"],
	},
	{
		id: "failclosed.extension_mandatory",
		says: "A server for which the extension is mandatory refuses who did not declare it, and runs nothing.",
		provenBy: ["test/correlation/extension.test.ts"],
	},
	{
		id: "failclosed.held_cancel",
		says: "1,000 requests cancelled while held: no handler runs.",
		provenBy: ["packages/mcp/src/hook/gate.test.ts"],
	},
	{
		id: "failclosed.held_close",
		says: "Held requests leave the queue when their connection closes.",
		provenBy: ["packages/mcp/src/hook/gate.test.ts"],
	},
	{
		id: "failclosed.hold",
		says: "What an operator must mend is retried slowly and never dead-lettered.",
		provenBy: ["packages/audit/src/delivery/deliver.test.ts"],
	},
	{
		id: "failclosed.not_durable",
		says: "secure rejects where the trail refuses, hangs or is closed.",
		provenBy: ["packages/audit/src/open-audit.test.ts"],
	},
	{
		id: "failclosed.secure",
		says: "secure resolves only once the event is durable and at so many sinks.",
		provenBy: ["packages/audit/src/open-audit.test.ts"],
	},
	{
		id: "safe.any_exchange",
		says: "Any exchange becomes exactly one valid event.",
		provenBy: ["packages/mcp/src/audited/total.test.ts"],
	},
	{
		id: "safe.claim_bounded",
		says: "A block that is malformed, too large or hostile is none at all.",
		provenBy: ["test/correlation/extension.test.ts"],
	},
	{
		id: "safe.claim_schema",
		says: "A block is read exactly where the schema of the extension calls it valid.",
		provenBy: ["packages/mcp/src/extension/claim.test.ts"],
	},
	{
		id: "safe.config_trust",
		says: "A configuration file that was merely found in the working folder sets no sink, key or folder; the application runs, its other settings hold.",
		provenBy: ["packages/node/src/config/read-config.test.ts", "test/node/register.test.ts"],
	},
	{
		id: "safe.definitions",
		says: "Whatever a list holds is walked to an end.",
		provenBy: ["packages/mcp/src/definitions/drift.test.ts"],
	},
	{
		id: "safe.dropped",
		says: "A frame the SDK drops is dropped as bare and leaves nothing open.",
		provenBy: ["test/mcp/hostile.test.ts"],
	},
	{
		id: "safe.extension_negotiated",
		says: "The audit extension is declared by both sides, under an identifier that may be used, and never spoken to a server known not to have it.",
		provenBy: [
			"packages/mcp/src/extension/settings.test.ts",
			"test/correlation/extension.test.ts",
			"test/node/register.test.ts",
		],
	},
	{
		id: "safe.extension_settings",
		says: "An empty object declares the extension; versions that are not in common do not.",
		provenBy: ["packages/mcp/src/extension/settings.test.ts"],
	},
	{
		id: "safe.foreign",
		says: "Files, links and pipes that are no part of a trail are left alone and named.",
		provenBy: ["test/fault/damaged.test.ts"],
	},
	{
		id: "safe.group",
		says: "A named group may read, and nobody else.",
		provenBy: ["packages/audit/src/close-sync.test.ts", "test/fault/permissions.test.ts"],
	},
	{
		id: "safe.hostile_frames",
		says: "20,000 generated frames throw nothing into a host, are answered as bare, and each answer has its valid event.",
		provenBy: ["test/mcp/hostile-frames.test.ts"],
	},
	{
		id: "safe.insecure",
		says: "A folder that others may write to is refused, with the remedy.",
		provenBy: ["test/fault/permissions.test.ts"],
	},
	{
		id: "safe.links",
		says: "A link is refused as a trail's folder.",
		provenBy: ["test/fault/damaged.test.ts"],
	},
	{
		id: "safe.misuse",
		says: "What would silently record nothing is refused at once: a misspelt option, what is no audit, a client as a server.",
		provenBy: [
			"packages/audit/src/open-audit.test.ts",
			"test/mcp/late.test.ts",
			"test/mcp/types.test.ts",
		],
	},
	{
		id: "safe.modes",
		says: "Folders are 0700 and files 0600, whatever the umask.",
		provenBy: ["test/fault/permissions.test.ts"],
	},
	{
		id: "safe.mrtr_echo",
		says: "Events say whether the state that comes back is the one that was issued.",
		provenBy: ["test/correlation/rounds.test.ts"],
	},
	{
		id: "safe.nofollow",
		says: "No link is followed, no pipe waited for.",
		provenBy: ["packages/audit/src/system/node-system.test.ts"],
	},
	{
		id: "safe.operation_within_principal",
		says: "Another principal that sends the same operation id does not join it.",
		provenBy: [
			"packages/mcp/src/correlation/correlation.test.ts",
			"test/correlation/extension.test.ts",
		],
	},
	{
		id: "safe.owner_path",
		says: "An owner file leads to no path outside the trail's folder.",
		provenBy: ["packages/audit/src/trail/owner.test.ts"],
	},
	{
		id: "safe.receipt_not_shared",
		says: "No receipt is put on a result that may be kept for others.",
		provenBy: ["packages/mcp/src/extension/settings.test.ts"],
	},
	{
		id: "safe.self_reported",
		says: "Nothing that a peer says of itself, in a header, baggage or metadata, becomes its identity.",
		provenBy: ["test/mcp/identity.test.ts"],
	},
	{
		id: "safe.total",
		says: "A hostile frame gets the same answer as bare and exactly one valid event.",
		provenBy: ["test/mcp/hostile.test.ts"],
	},
	{
		id: "safe.trusted_hops",
		says: "A client's address is taken from a header only through hops that are configured as trusted.",
		provenBy: ["test/mcp/http-edge.test.ts", "packages/mcp/src/http/client-address.test.ts"],
	},
	{
		id: "safe.uid",
		says: "A stream of another uid is left alone and named.",
		provenBy: ["test/fault/damaged.test.ts"],
	},
	{
		id: "safe.untrusted_trace",
		says: "An untrusted peer's trace context is a link, its baggage dropped.",
		provenBy: ["packages/mcp/src/otel/traced.test.ts"],
	},
	{
		id: "bench.interval",
		says: "A target is missed only when the whole interval lies on the wrong side; sides are interleaved.",
		provenBy: ["test/bench/rounds.test.ts"],
	},
	{
		id: "bench.startup",
		says: "A start under register loads no judge of files and no destination where variables alone configure it, and has no thread for hooks unless another has one.",
		provenBy: [
			"packages/node/src/config/environment.test.ts",
			"test/node/lazy.test.ts",
			"test/node/reads.test.ts",
		],
	},

	{
		id: "cli.convert",
		says: "convert says every event in a format's words in constant memory, and names by file and line what it leaves out.",
		provenBy: ["test/cli/convert.test.ts"],
	},
	{
		id: "cli.doctor",
		says: "doctor says what is hooked and what is not, which configuration holds, and whether keys, folder and sinks work; it changes nothing.",
		provenBy: ["test/cli/doctor.test.ts"],
	},
	{
		id: "cli.errors",
		says: "Wrong use exits with 2, says what to do, and never shows a key.",
		provenBy: [
			"test/cli/convert.test.ts",
			"test/cli/hash.test.ts",
			"test/cli/test-event.test.ts",
			"test/cli/usage.test.ts",
			"test/cli/validate.test.ts",
			"test/cli/verify.test.ts",
		],
	},
	{
		id: "cli.escaped",
		says: "No line of a trail can act on the terminal.",
		provenBy: ["test/cli/convert.test.ts", "test/cli/tail.test.ts"],
	},
	{
		id: "cli.full",
		says: "A command whose output cannot be written whole says so and exits with 2.",
		provenBy: ["test/cli/usage.test.ts"],
	},
	{
		id: "cli.hash",
		says: "hash gives the keyed digest that the trail holds, for every key of the file.",
		provenBy: ["test/cli/hash.test.ts"],
	},
	{
		id: "cli.hash_equal",
		says: "hash gives the digests that a recorder wrote of the same values.",
		provenBy: ["test/cli/hash.test.ts"],
	},
	{
		id: "cli.interrupt",
		says: "An interrupt ends a command at once, also while its input is silent.",
		provenBy: ["test/cli/tail.test.ts", "test/cli/test-event.test.ts"],
	},
	{
		id: "cli.pipe",
		says: "A command ends quietly when nobody reads any more, with the exit code of what it read until then.",
		provenBy: ["test/cli/tail.test.ts", "test/cli/usage.test.ts"],
	},
	{
		id: "cli.progress",
		says: "Long input shows progress on a terminal's standard error.",
		provenBy: ["test/cli/terminal.test.ts"],
	},
	{
		id: "cli.report",
		says: "At a terminal verify reports for a person.",
		provenBy: ["test/cli/terminal.test.ts"],
	},
	{
		id: "cli.tail",
		says: "tail shows one readable line an event, and follows rotation and new streams.",
		provenBy: ["test/cli/tail.test.ts"],
	},
	{
		id: "cli.test_event",
		says: "test-event says which event was acknowledged where, or what is wrong and what to do.",
		provenBy: ["test/cli/test-event.test.ts"],
	},
	{
		id: "cli.usage",
		says: "--help lists every command, and of each its exit codes.",
		provenBy: ["test/cli/usage.test.ts"],
	},
	{
		id: "cli.validate",
		says: "validate names line and broken rule of every event that is wrong.",
		provenBy: ["test/cli/validate.test.ts"],
	},
	{
		id: "cli.verify",
		says: "verify exits 0 for good, 1 for faults, 2 where it could not judge.",
		provenBy: ["test/cli/verify.test.ts"],
	},
	{
		id: "cli.verify_end",
		says: "verify says of each stream whether it ended cleanly, is still open, or has no clean end.",
		provenBy: ["test/cli/verify.test.ts"],
	},
	{
		id: "demo.opensearch",
		says: "With a cluster the demo delivers to it and finds its calls there by query.",
		provenBy: ["test/services/opensearch/walkthrough.service.test.ts"],
	},
	{
		id: "demo.rows",
		says: "A row of the demo is no wider than 100 columns.",
		provenBy: ["examples/demo/show.test.ts"],
	},
	{
		id: "docs.architecture",
		says: "The page about the architecture explains every package and every folder of tests.",
		provenBy: ["test/readme.test.ts"],
	},
	{
		id: "docs.correlation_query",
		says: "The program of docs/correlation.md rebuilds an operation from events alone.",
		provenBy: ["test/correlation/document.test.ts"],
	},
	{
		id: "docs.entries",
		says: "Each package's page lists the entries it exports, and no other.",
		provenBy: ["test/readme.test.ts"],
	},
	{
		id: "docs.errors",
		says: "Every error code stands in docs/errors.md with the same words, and nothing else does.",
		provenBy: [
			"packages/audit/src/error-codes.test.ts",
			"packages/sinks/src/config.test.ts",
			"test/cli/test-event.test.ts",
		],
	},
	{
		id: "docs.examples",
		says: "The smallest examples run, record each call once, and are under 40 lines.",
		provenBy: ["examples/minimal/minimal.test.ts"],
	},
	{
		id: "docs.examples_compile",
		says: "Every @example compiles, and what a user calls first has one.",
		provenBy: ["test/docstrings.test.ts"],
	},
	{
		id: "docs.extension_examples",
		says: "The schema of the audit extension takes every valid example and refuses every invalid one.",
		provenBy: ["test/correlation/specification.test.ts"],
	},
	{
		id: "docs.extension_schema",
		says: "The JSON Schema of the audit extension is the one its source makes.",
		provenBy: ["test/correlation/specification.test.ts"],
	},
	{
		id: "docs.extension_traced",
		says: "Every normative sentence of the audit extension has a check that tests prove, or says why it has none.",
		provenBy: ["test/correlation/specification.test.ts"],
	},
	{
		id: "docs.file_sink",
		says: "docs/file-sink.md lists every code of the file sink and no other.",
		provenBy: ["packages/sinks/src/file/docs.test.ts"],
	},
	{
		id: "docs.http_sinks",
		says: "Every code that sinks over HTTP share stands in the docs in the code's words.",
		provenBy: ["packages/sinks/src/http/docs.test.ts"],
	},
	{
		id: "docs.index",
		says: "Every page of the docs stands in their index, every decision in its own.",
		provenBy: ["test/readme.test.ts"],
	},
	{
		id: "docs.kafka_errors",
		says: "The table of Kafka's codes in the docs is the sink's.",
		provenBy: ["packages/sinks/src/kafka/docs.test.ts"],
	},
	{
		id: "docs.links",
		says: "Every relative link of a page leads somewhere.",
		provenBy: ["test/readme.test.ts"],
	},
	{
		id: "docs.outages",
		says: "The page about outages has figures of every sink in every fault.",
		provenBy: ["test/drill/drill.test.ts"],
	},
	{
		id: "docs.short",
		says: "The README is two screens at most.",
		provenBy: ["test/readme.test.ts"],
	},
	{
		id: "docs.siem",
		says: "Every sink has a page in docs/siem or elsewhere, with a configuration that is one and queries that are shipped.",
		provenBy: ["test/siem/walk-throughs.test.ts"],
	},
	{
		id: "docs.siem_otlp",
		says: "The walk-through of OTLP does as it says with a real Collector.",
		provenBy: ["test/services/collector/walkthrough.service.test.ts"],
	},
	{
		id: "docs.siem_run",
		says: "Walk-throughs that need no service do what they say, as they are written.",
		provenBy: ["test/siem/walk-throughs.test.ts"],
	},
	{
		id: "docs.snippets",
		says: "Every snippet of the docs compiles, and runs as it stands.",
		provenBy: ["test/readme.test.ts"],
	},
	{
		id: "docs.syslog_sinks",
		says: "Every code of syslog and RELP stands in the docs in the code's words.",
		provenBy: ["packages/sinks/src/syslog/docs.test.ts"],
	},
	{
		id: "docs.walkthrough_runner",
		says: "A walk-through is run as written: its files, its commands in one shell, the output it shows.",
		provenBy: ["test/services/walkthrough/walkthrough.service.test.ts"],
	},
	{
		id: "docs.walkthrough_s3",
		says: "The walk-through of S3 runs as it is written.",
		provenBy: ["test/services/s3/s3.service.test.ts"],
	},
	{
		id: "formats.asim",
		says: "Every event has the columns and words of Microsoft's AuditEvent.",
		provenBy: ["packages/formats/src/asim.test.ts"],
	},
	{
		id: "formats.cef_escapes",
		says: "CEF is escaped as real parsers read it back.",
		provenBy: ["packages/formats/src/lines/escapes.test.ts"],
	},
	{
		id: "formats.cim",
		says: "Every event has the fields of Splunk's data models.",
		provenBy: ["packages/formats/src/cim.test.ts"],
	},
	{
		id: "formats.cloudevents",
		says: "Every event is a CloudEvent that the SDK takes, with the event as its data.",
		provenBy: ["packages/formats/src/cloudevents.test.ts"],
	},
	{
		id: "formats.cut_marked",
		says: "Text is cut between characters and before an escape, and says so.",
		provenBy: ["packages/formats/src/lines/text.test.ts"],
	},
	{
		id: "formats.ecs",
		says: "Every event has ECS's fields, types and categorisation words.",
		provenBy: ["packages/formats/src/ecs.test.ts"],
	},
	{
		id: "formats.forgery",
		says: "10,000 hostile events make one record each, without a forged key or an unmarked cut.",
		provenBy: [
			"packages/formats/src/lines/lines.long.test.ts",
			"packages/formats/src/lines/lines.test.ts",
		],
	},
	{
		id: "formats.generated",
		says: "The mapping page and the golden files are what the tables make.",
		provenBy: ["packages/formats/src/formats.test.ts"],
	},
	{
		id: "formats.header",
		says: "A hostile type stands in a header field of its own, or not at all.",
		provenBy: ["packages/formats/src/lines/lines.test.ts"],
	},
	{
		id: "formats.leef_delimiter",
		says: "What LEEF cannot escape is shown.",
		provenBy: ["packages/formats/src/lines/escapes.test.ts"],
	},
	{
		id: "formats.lossless",
		says: "Two events that differ in one member differ in every format.",
		provenBy: ["packages/formats/src/formats.test.ts"],
	},
	{
		id: "formats.ocsf",
		says: "Every event is valid by OCSF's schemas 1.8 and 1.9 and by the rules beyond them.",
		provenBy: ["packages/formats/src/ocsf/ocsf.test.ts"],
	},
	{
		id: "formats.ocsf_extension",
		says: "The OCSF extension is well-formed, changes nothing of OCSF, and has a place for all that the projection keeps.",
		provenBy: ["packages/formats/src/ocsf/extension.test.ts"],
	},
	{
		id: "formats.ocsf_independent",
		says: "A validator of somebody else's finds every type of event valid OCSF 1.8.",
		provenBy: ["test/services/ocsf/ocsf.service.test.ts"],
	},
	{
		id: "formats.otlp_log",
		says: "Every event is a log record as OpenTelemetry's audit draft asks.",
		provenBy: ["packages/formats/src/otlp-log.test.ts"],
	},
	{
		id: "formats.real_liblognorm",
		says: "liblognorm reads the keys and values of each CEF line back.",
		provenBy: ["test/services/syslog/lines.service.test.ts"],
	},
	{
		id: "formats.real_rsyslog",
		says: "rsyslog makes one record of each hostile event, with its fields.",
		provenBy: ["test/services/syslog/lines.service.test.ts"],
	},
	{
		id: "formats.sd_escapes",
		says: "Three characters are escaped in a PARAM-VALUE, and no more.",
		provenBy: ["packages/formats/src/lines/escapes.test.ts"],
	},
	{
		id: "formats.sep3004",
		says: "Records give both known answers, chain, and refuse what the contract does not have.",
		provenBy: ["packages/formats/src/sep3004.test.ts"],
	},
	{
		id: "formats.stored_line",
		says: "The JSON message is the stored line, byte for byte.",
		provenBy: ["packages/formats/src/lines/lines.test.ts"],
	},
	{
		id: "formats.syslog_pri",
		says: "PRI is counted from facility and severity.",
		provenBy: ["packages/formats/src/lines/lines.test.ts"],
	},
	{
		id: "formats.text",
		says: "A stored line said in ECS as text, without parsing it, is byte for byte what its object says; a line of another shape is parsed.",
		provenBy: [
			"packages/event/src/line-members.test.ts",
			"packages/formats/src/table-text.test.ts",
			"packages/sinks/src/elasticsearch/document.test.ts",
		],
	},
	{
		id: "formats.total",
		says: "No event makes a format throw, and none is changed by it.",
		provenBy: ["packages/formats/src/formats.test.ts"],
	},
	{
		id: "formats.udm",
		says: "Every event has Google UDM's fields, forms and required nouns.",
		provenBy: ["packages/formats/src/udm.test.ts"],
	},
	{
		id: "kafka.batch_bytes",
		says: "A batch too large for one request is cut.",
		provenBy: ["packages/sinks/src/kafka.test.ts", "packages/sinks/src/kafka/encode.test.ts"],
	},
	{
		id: "kafka.bytes",
		says: "The value is the stored line, unchanged.",
		provenBy: ["packages/sinks/src/kafka/encode.test.ts"],
	},
	{
		id: "kafka.contract",
		says: "The sink passes the contract of every sink, faked and real.",
		provenBy: ["packages/sinks/src/kafka.test.ts", "test/services/kafka/delivery.service.test.ts"],
	},
	{
		id: "kafka.coverage",
		says: "An answer that lacks a partition counts as a rejection.",
		provenBy: ["packages/sinks/src/kafka.test.ts", "packages/sinks/src/kafka/coverage.test.ts"],
	},
	{
		id: "kafka.errors",
		says: "Errors of TLS, SASL, network and a missing client say what to do.",
		provenBy: [
			"packages/sinks/src/kafka/kafkajs.test.ts",
			"packages/sinks/src/kafka/sink-error.test.ts",
			"test/services/kafka/secured.service.test.ts",
		],
	},
	{
		id: "kafka.fresh_producer",
		says: "After any rejected send a fresh producer sends the same batch.",
		provenBy: ["packages/sinks/src/kafka.test.ts"],
	},
	{
		id: "kafka.headers",
		says: "Records carry CloudEvents 1.0.2 headers in binary mode and the trace context.",
		provenBy: [
			"packages/sinks/src/kafka/encode.test.ts",
			"test/services/kafka/delivery.service.test.ts",
		],
	},
	{
		id: "kafka.never_non_idempotent",
		says: "A rejected connect never leads to a send without idempotence.",
		provenBy: ["packages/sinks/src/kafka.test.ts"],
	},
	{
		id: "kafka.one_in_flight",
		says: "Two requests are never under way at once.",
		provenBy: ["packages/sinks/src/kafka.test.ts"],
	},
	{
		id: "kafka.options",
		says: "An invalid option is a TypeError that names it.",
		provenBy: ["packages/sinks/src/kafka.test.ts"],
	},
	{
		id: "kafka.partitioner",
		says: "Keys lie where Java's client puts them.",
		provenBy: [
			"packages/sinks/src/kafka/murmur2.test.ts",
			"test/services/kafka/delivery.service.test.ts",
		],
	},
	{
		id: "kafka.poison",
		says: "Only what the broker refuses for good is dead-lettered.",
		provenBy: ["test/services/kafka/delivery.service.test.ts"],
	},
	{
		id: "kafka.real_broker",
		says: "The suites ran against the release of Apache Kafka they name.",
		provenBy: ["test/services/kafka/broker.service.test.ts"],
	},
	{
		id: "kafka.round_trip",
		says: "20,000 events arrive unchanged, in order, chained, by an idempotent producer.",
		provenBy: ["test/services/kafka/delivery.service.test.ts"],
	},
	{
		id: "kafka.secured",
		says: "With TLS, SASL and permissions all arrives; a wrong one holds, says so, and goes on once it is right.",
		provenBy: [
			"packages/sinks/src/kafka/kafkajs.test.ts",
			"test/services/kafka/secured.service.test.ts",
		],
	},
	{
		id: "kafka.topic_check",
		says: "A topic that is missing or keeps too few copies holds every event back.",
		provenBy: [
			"packages/sinks/src/kafka.test.ts",
			"packages/sinks/src/kafka/topic.test.ts",
			"test/services/kafka/delivery.service.test.ts",
		],
	},
	{
		id: "kafka.verdicts",
		says: "Each of the broker's codes has its verdict in every client's error shape.",
		provenBy: ["packages/sinks/src/kafka/sink-error.test.ts"],
	},
	{
		id: "otel.baggage",
		says: "No baggage goes to a peer, and none of a peer's becomes active, unless its key is allowed.",
		provenBy: ["packages/mcp/src/otel/traced.test.ts"],
	},
	{
		id: "otel.collector",
		says: "A real Collector takes spans, metrics and audit records, as many as calls were made, and what the trail says of itself agrees.",
		provenBy: ["test/services/collector/telemetry.service.test.ts"],
	},
	{
		id: "otel.content",
		says: "Arguments, results and prompt variables are on spans as the ecosystem's option and variable say.",
		provenBy: [
			"packages/mcp/src/env.test.ts",
			"packages/mcp/src/otel/traced.test.ts",
			"test/otel/options.test.ts",
		],
	},
	{
		id: "otel.endpoint",
		says: "A client's spans and durations say the host and port of an HTTP server, and no more of its URL.",
		provenBy: ["test/otel/conventions.test.ts"],
	},
	{
		id: "otel.enriched",
		says: "An agent's own span of a tool call is enriched, not doubled.",
		provenBy: ["packages/mcp/src/otel/traced.test.ts"],
	},
	{
		id: "otel.hooks",
		says: "An application's hooks add to spans, and what they throw, now or later, never reaches it.",
		provenBy: ["packages/mcp/src/otel/hooks.test.ts"],
	},
	{
		id: "otel.lines",
		says: "With API 1.9 and 1.10, SDK 2.x and 3.x, on the Node versions they ask for, spans and metrics are the same.",
		provenBy: ["test/services/otel/lines.service.test.ts"],
	},
	{
		id: "otel.metric_attributes",
		says: "Durations carry what the MCP conventions ask by requirement level, as the span says it.",
		provenBy: ["packages/mcp/src/otel/metrics.test.ts", "test/otel/conventions.test.ts"],
	},
	{
		id: "otel.metric_counts",
		says: "Every request is measured once on each side.",
		provenBy: ["test/otel/conventions.test.ts"],
	},
	{
		id: "otel.metrics",
		says: "Durations are histograms of the conventions' names, unit and bounds; none is made without a meter provider.",
		provenBy: [
			"packages/mcp/src/otel/metrics.test.ts",
			"test/otel/conventions.test.ts",
			"test/otel/documented.test.ts",
		],
	},
	{
		id: "otel.notifications",
		says: "A notification that stands for itself has one span and one duration a side and carries trace context; those of a request add neither, however many.",
		provenBy: ["packages/mcp/src/otel/notices.test.ts", "test/otel/notifications.test.ts"],
	},
	{
		id: "otel.one_trace",
		says: "Client, proxy and server in processes of their own make one trace with the right parents, over HTTP and stdio.",
		provenBy: ["test/otel/relay/relay.test.ts"],
	},
	{
		id: "otel.options",
		says: "Spans and metrics are switched, and their providers given, each by its own option.",
		provenBy: ["test/otel/options.test.ts"],
	},
	{
		id: "otel.rename",
		says: "One switch says what spans and metrics call the code of a JSON-RPC error.",
		provenBy: [
			"packages/mcp/src/otel/hooks.test.ts",
			"packages/mcp/src/otel/metrics.test.ts",
			"test/node/traces.test.ts",
		],
	},
	{
		id: "otel.sampler",
		says: "A trace sampler at 0 % takes no event and no measurement, and what is not sampled still joins.",
		provenBy: ["test/otel/relay/relay.test.ts", "test/otel/sampler.test.ts"],
	},
	{
		id: "otel.session_duration",
		says: "A session is measured on both sides where the protocol has one.",
		provenBy: ["packages/mcp/src/otel/metrics.test.ts", "test/otel/conventions.test.ts"],
	},
	{
		id: "otel.span_attributes",
		says: "Spans carry what the MCP conventions ask by requirement level.",
		provenBy: ["test/otel/conventions.test.ts"],
	},
	{
		id: "otel.span_names",
		says: "Spans have the names, kinds, status and links of the MCP conventions.",
		provenBy: ["test/otel/conventions.test.ts"],
	},
	{
		id: "otel.trail_metrics",
		says: "The trail's own metrics are those of the documented table, and say what the audit says.",
		provenBy: ["packages/mcp/src/otel/measure-audit.test.ts", "test/otel/documented.test.ts"],
	},
	{
		id: "schema.config_file",
		says: "The JSON Schema of mcp-trail.config.json is generated from what judges it.",
		provenBy: ["packages/node/src/config/schema.test.ts"],
	},
	{
		id: "schema.generated",
		says: "What is generated is what is committed.",
		provenBy: ["packages/event/src/schema.test.ts"],
	},
	{
		id: "schema.invalid",
		says: "Each wrong example is refused alike by zod and ajv.",
		provenBy: ["packages/event/src/schema.test.ts"],
	},
	{
		id: "schema.matrix_valid",
		says: "Every event of the matrix is writer-valid.",
		provenBy: ["test/matrix/matrix.ts"],
	},
	{
		id: "schema.no_zod",
		says: "The root entry loads no zod.",
		provenBy: ["packages/event/src/index.test.ts"],
	},
	{
		id: "schema.one_verdict",
		says: "zod and ajv agree on mutated events; the reader takes whatever a writer may write.",
		provenBy: ["packages/event/src/validate.test.ts"],
	},
	{
		id: "schema.portable",
		says: "Patterns use only what every validator shares.",
		provenBy: ["packages/event/src/schema.test.ts"],
	},
	{
		id: "schema.self_contained",
		says: "Each published JSON Schema compiles strictly and alone, and names no host to fetch from.",
		provenBy: ["test/schemas/self-contained.test.ts"],
	},
	{
		id: "schema.stored_form",
		says: "The two published lines hash over their bytes and are chained.",
		provenBy: ["packages/event/src/schema.test.ts"],
	},
	{
		id: "schema.types",
		says: "The generated types are those that zod infers.",
		provenBy: ["packages/event/src/schema.test.ts"],
	},
	{
		id: "schema.valid",
		says: "Every type has a valid example in stored order.",
		provenBy: ["packages/event/src/schema.test.ts"],
	},
	{
		id: "siem.datadog",
		says: "The Datadog pipeline reads what the stored line has.",
		provenBy: ["test/siem/content.test.ts"],
	},
	{
		id: "siem.opensearch_page",
		says: "The walk-through for OpenSearch works as it is written.",
		provenBy: ["test/services/opensearch/walkthrough.service.test.ts"],
	},
	{
		id: "siem.opensearch_queries",
		says: "Each saved query finds in a real OpenSearch what it asks for, and nothing else.",
		provenBy: ["test/services/opensearch/queries.service.test.ts"],
	},
	{
		id: "siem.opensearch_templates",
		says: "A real OpenSearch takes every event that can be into the templates, and finds it by its fields.",
		provenBy: ["test/services/opensearch/delivery.service.test.ts"],
	},
	{
		id: "siem.otlp_found",
		says: "A real Collector has every event, field by field, and the chain verifies from what it wrote.",
		provenBy: ["test/services/collector/collector.service.test.ts"],
	},
	{
		id: "siem.queries",
		says: "Every query, rule and event type names only fields and values that events have there.",
		provenBy: ["test/siem/content.test.ts"],
	},
	{
		id: "siem.s3_complete",
		says: "Against a real store every event is found once, also after kills, the chain verifies from the objects, and a replay writes nothing.",
		provenBy: ["test/services/s3/s3.service.test.ts"],
	},
	{
		id: "siem.s3_retention",
		says: "A store with Object Lock takes the retention asked for and says so of the object; that it keeps the object is the store's.",
		provenBy: ["test/services/s3/s3.service.test.ts"],
	},
	{
		id: "siem.search_templates",
		says: "The index templates map every field that the ECS table emits, with a type that takes it, and no other.",
		provenBy: ["packages/formats/src/search-templates.test.ts"],
	},
	{
		id: "siem.secops",
		says: "A detection rule for Google SecOps uses what it defines.",
		provenBy: ["test/siem/content.test.ts"],
	},
	{
		id: "siem.security_lake",
		says: "Other readers of Parquet find in the lake what OCSF says of each event.",
		provenBy: ["test/services/s3/s3.service.test.ts"],
	},
	{
		id: "siem.sentinel",
		says: "The Sentinel table has the columns of the projection, with their types, and the rule fills it.",
		provenBy: ["test/siem/content.test.ts"],
	},
	{
		id: "siem.splunk",
		says: "Splunk finds the fields, tags and time that the Common Information Model asks for.",
		provenBy: ["test/siem/content.test.ts"],
	},
	{
		id: "siem.syslog_outage",
		says: "rsyslog killed, slow or cut off under load: RELP loses nothing, and what syslog loses is what verify finds missing in the receiver's copy.",
		provenBy: ["test/services/syslog/outages.service.test.ts"],
	},
	{
		id: "siem.syslog_received",
		says: "rsyslog and syslog-ng keep each event that is sent over RELP, TLS, TCP and UDP as it was said, and the chain verifies from their files.",
		provenBy: ["test/services/syslog/receivers.service.test.ts"],
	},
	{
		id: "siem.syslog_refused",
		says: "rsyslog's and syslog-ng's refusals of a certificate, and ours of theirs, are told by probe.",
		provenBy: ["test/services/syslog/receivers.service.test.ts"],
	},
	{
		id: "siem.walkthrough_syslog",
		says: "The pages on syslog and RELP lead to the first event as they are written.",
		provenBy: ["test/services/syslog/walkthroughs.service.test.ts"],
	},
	{
		id: "sinks.blames_fairly",
		says: "An event is refused for good only where the destination takes another in its place.",
		provenBy: [
			"packages/sinks/src/datadog.test.ts",
			"packages/sinks/src/secops.test.ts",
			"packages/sinks/src/sentinel.test.ts",
		],
	},
	{
		id: "sinks.checked",
		says: "Every sink passes checkSink; one that does not fails a test about the folder.",
		provenBy: ["packages/sinks/src/every-sink.test.ts"],
	},
	{
		id: "sinks.config_errors",
		says: "Whatever is wrong with a configuration is said with its path and the remedy, all of it at once.",
		provenBy: ["packages/sinks/src/config.test.ts"],
	},
	{
		id: "sinks.config_every",
		says: "Every sink can be opened from a configuration.",
		provenBy: ["packages/sinks/src/config.test.ts"],
	},
	{
		id: "sinks.config_schema",
		says: "The published schema of configurations says what opening them does, and is generated from the same.",
		provenBy: ["packages/sinks/src/config.test.ts"],
	},
	{
		id: "sinks.config_secrets",
		says: "A configuration holds no secret, and no error about it says one.",
		provenBy: ["packages/sinks/src/config.test.ts"],
	},
	{
		id: "sinks.datadog_answers",
		says: "Each status of Datadog is classified, and nothing is lost.",
		provenBy: ["packages/sinks/src/datadog.test.ts"],
	},
	{
		id: "sinks.datadog_bytes",
		says: "Datadog's message is the stored line, exactly.",
		provenBy: ["packages/sinks/src/datadog.test.ts"],
	},
	{
		id: "sinks.datadog_limits",
		says: "An entry that Datadog would cut is refused, its neighbours are delivered.",
		provenBy: ["packages/sinks/src/datadog.test.ts"],
	},
	{
		id: "sinks.datadog_repeats",
		says: "After a lost answer the same ids come again.",
		provenBy: ["packages/sinks/src/datadog.test.ts"],
	},
	{
		id: "sinks.delivery",
		says: "docs/guarantees.md says of every sink the delivery that it declares.",
		provenBy: ["packages/sinks/src/every-sink.test.ts"],
	},
	{
		id: "sinks.drilled",
		says: "Every sink over HTTP keeps its promises in the outage drill.",
		provenBy: ["test/drill/drill.test.ts", "test/drill/killed-recorder.test.ts"],
	},
	{
		id: "sinks.elastic_answers",
		says: "An answer that does not speak of every event delivers none.",
		provenBy: [
			"packages/sinks/src/elasticsearch.test.ts",
			"packages/sinks/src/elasticsearch/bulk-answer.test.ts",
		],
	},
	{
		id: "sinks.elastic_bisects",
		says: "A body refused for one event is halved until that event is alone.",
		provenBy: ["packages/sinks/src/elasticsearch.test.ts"],
	},
	{
		id: "sinks.elastic_bytes",
		says: "The line itself is stored, under the event's id, in the index of its own day.",
		provenBy: ["packages/sinks/src/elasticsearch.test.ts"],
	},
	{
		id: "sinks.elastic_deduplicates",
		says: "After a lost answer the same ids are sent again and stored once.",
		provenBy: ["packages/sinks/src/elasticsearch.test.ts"],
	},
	{
		id: "sinks.elastic_delivery",
		says: "Deduplication is claimed for dated indices and not for a data stream.",
		provenBy: ["packages/sinks/src/elasticsearch.test.ts"],
	},
	{
		id: "sinks.elastic_formats",
		says: "A format's documents are sent; an event that a format cannot say is refused.",
		provenBy: ["packages/sinks/src/elasticsearch.test.ts"],
	},
	{
		id: "sinks.elastic_items",
		says: "Each item's answer is classified by status and error type; its neighbours are delivered.",
		provenBy: [
			"packages/sinks/src/elasticsearch.test.ts",
			"packages/sinks/src/elasticsearch/bulk-answer.test.ts",
		],
	},
	{
		id: "sinks.elastic_requests",
		says: "Each status of a request is classified: nothing lost, nothing doubled.",
		provenBy: ["packages/sinks/src/elasticsearch.test.ts"],
	},
	{
		id: "sinks.elastic_verifies",
		says: "ECS documents carry the stored lines, and the chain verifies from them.",
		provenBy: ["packages/sinks/src/elasticsearch.test.ts"],
	},
	{
		id: "sinks.file_bytes",
		says: "Files hold the stored lines byte for byte across rotations, readable by their user only.",
		provenBy: ["packages/sinks/src/file.test.ts"],
	},
	{
		id: "sinks.file_failures",
		says: "A link, a folder or a missing folder holds the lane, and nothing is written through it.",
		provenBy: ["packages/sinks/src/file.test.ts", "packages/sinks/src/file/docs.test.ts"],
	},
	{
		id: "sinks.file_formats",
		says: "Any format is written, one line an event.",
		provenBy: ["packages/sinks/src/file.test.ts"],
	},
	{
		id: "sinks.file_limits",
		says: "No file is above its limit unless one batch is, and none but the oldest is removed.",
		provenBy: ["packages/sinks/src/file.test.ts"],
	},
	{
		id: "sinks.file_moved",
		says: "A file that another program moved or removed is gone on with anew.",
		provenBy: ["packages/sinks/src/file.test.ts"],
	},
	{
		id: "sinks.file_torn",
		says: "A line that was cut stays alone.",
		provenBy: ["packages/sinks/src/file.test.ts"],
	},
	{
		id: "sinks.hec_acknowledged",
		says: "A write ends when the events are indexed, not when they are parsed.",
		provenBy: ["packages/sinks/src/splunk-hec.test.ts"],
	},
	{
		id: "sinks.hec_bisects",
		says: "A body refused for one event is halved until that event is alone.",
		provenBy: ["packages/sinks/src/splunk-hec.test.ts"],
	},
	{
		id: "sinks.hec_bytes",
		says: "The stored lines arrive byte for byte with time, id and place in the chain.",
		provenBy: ["packages/sinks/src/splunk-hec.test.ts"],
	},
	{
		id: "sinks.hec_codes",
		says: "Each status and code is classified, and nothing is lost.",
		provenBy: ["packages/sinks/src/splunk-hec.test.ts"],
	},
	{
		id: "sinks.hec_repeats",
		says: "After a lost answer the events are sent again with the same ids.",
		provenBy: ["packages/sinks/src/splunk-hec.test.ts"],
	},
	{
		id: "sinks.http_body",
		says: "The bytes are sent as they are, compressed or not.",
		provenBy: ["packages/sinks/src/http/poster.test.ts"],
	},
	{
		id: "sinks.http_canary",
		says: "No secret is in any error or log, whatever the server echoes.",
		provenBy: [
			"packages/sinks/src/datadog.test.ts",
			"packages/sinks/src/http/poster.test.ts",
			"packages/sinks/src/otlp-logs.test.ts",
			"packages/sinks/src/secops.test.ts",
			"packages/sinks/src/sentinel.test.ts",
			"packages/sinks/src/splunk-hec.test.ts",
			"packages/sinks/src/webhook.test.ts",
		],
	},
	{
		id: "sinks.http_deadline",
		says: "A silent destination is given up in time, and at once when called off.",
		provenBy: ["packages/sinks/src/http/poster.test.ts"],
	},
	{
		id: "sinks.http_failures",
		says: "An error says what kept a request from being answered.",
		provenBy: ["packages/sinks/src/http/poster.test.ts"],
	},
	{
		id: "sinks.http_limits",
		says: "No body is above its limits, and every event is in one.",
		provenBy: [
			"packages/sinks/src/datadog.test.ts",
			"packages/sinks/src/elasticsearch.test.ts",
			"packages/sinks/src/secops.test.ts",
			"packages/sinks/src/splunk-hec.test.ts",
			"packages/sinks/src/webhook.test.ts",
		],
	},
	{
		id: "sinks.http_proxy",
		says: "A proxy is used with TLS end to end; refused proxy credentials hold.",
		provenBy: ["packages/sinks/src/http/poster.test.ts"],
	},
	{
		id: "sinks.http_redirect",
		says: "No redirect is followed, so credentials go nowhere else.",
		provenBy: ["packages/sinks/src/http/poster.test.ts"],
	},
	{
		id: "sinks.http_secrets",
		says: "Secrets are read from the environment or a file for each request.",
		provenBy: ["packages/sinks/src/http/poster.test.ts"],
	},
	{
		id: "sinks.http_tls",
		says: "The authority given is trusted and the client certificate shown; the wrong ones hold.",
		provenBy: ["packages/sinks/src/http/poster.test.ts"],
	},
	{
		id: "sinks.lake_columns",
		says: "Each OCSF class is read back from its own source of Security Lake as it was projected, sorted by time.",
		provenBy: ["packages/sinks/src/security-lake.test.ts"],
	},
	{
		id: "sinks.lake_repeats",
		says: "A batch sent again to Security Lake writes nothing twice, without the right to read.",
		provenBy: ["packages/sinks/src/security-lake.test.ts"],
	},
	{
		id: "sinks.lake_schema",
		says: "Every column of the lake is an attribute of its OCSF class, and the tables are made of them.",
		provenBy: ["packages/sinks/src/security-lake.test.ts"],
	},
	{
		id: "sinks.otlp_answers",
		says: "Each status and answer of OTLP/HTTP is classified, and nothing is lost.",
		provenBy: ["packages/sinks/src/otlp-logs.test.ts"],
	},
	{
		id: "sinks.otlp_bisects",
		says: "A request refused with 400 is halved until its poison is alone; what is refused without records too makes no dead letter.",
		provenBy: ["packages/sinks/src/otlp-logs.test.ts"],
	},
	{
		id: "sinks.otlp_bytes",
		says: "The body of a log record is the stored line, and the chain verifies from it.",
		provenBy: ["packages/sinks/src/otlp-logs.test.ts"],
	},
	{
		id: "sinks.otlp_encodings",
		says: "Any event is the same OTLP message in protobuf as in JSON.",
		provenBy: ["packages/sinks/src/otlp-logs.test.ts"],
	},
	{
		id: "sinks.otlp_groups",
		says: "Records of one resource stand together; attributes given for it win.",
		provenBy: ["packages/sinks/src/otlp-logs.test.ts"],
	},
	{
		id: "sinks.otlp_limits",
		says: "No OTLP request is above the limit, whatever its records share.",
		provenBy: ["packages/sinks/src/otlp-logs.test.ts"],
	},
	{
		id: "sinks.otlp_partial",
		says: "Of a request taken in part only the rejected record is refused.",
		provenBy: ["packages/sinks/src/otlp-logs.test.ts"],
	},
	{
		id: "sinks.otlp_repeats",
		says: "After a lost answer of an OTLP receiver the same ids come again.",
		provenBy: ["packages/sinks/src/otlp-logs.test.ts"],
	},
	{
		id: "sinks.probe",
		says: "probe writes one test event and says what is wrong with the mapping or the key.",
		provenBy: [
			"packages/sinks/src/elasticsearch.test.ts",
			"packages/sinks/src/otlp-logs.test.ts",
			"packages/sinks/src/relp.test.ts",
			"packages/sinks/src/secops.test.ts",
			"packages/sinks/src/sentinel.test.ts",
			"packages/sinks/src/splunk-hec.test.ts",
			"packages/sinks/src/sumo.test.ts",
			"packages/sinks/src/syslog.test.ts",
			"packages/sinks/src/webhook.test.ts",
		],
	},
	{
		id: "sinks.s3_answers",
		says: "Each answer and error code of S3 is classified, and nothing is lost.",
		provenBy: ["packages/sinks/src/s3.test.ts"],
	},
	{
		id: "sinks.s3_bytes",
		says: "An object of S3 holds the stored lines byte for byte, in the folder of their own day.",
		provenBy: ["packages/sinks/src/s3.test.ts"],
	},
	{
		id: "sinks.s3_credentials",
		says: "Keys of AWS come from options, the environment or a function, read for each request.",
		provenBy: ["packages/sinks/src/s3.test.ts"],
	},
	{
		id: "sinks.s3_differs",
		says: "An object that does not hold what belongs under its key is left as it is and holds the lane.",
		provenBy: ["packages/sinks/src/s3.test.ts"],
	},
	{
		id: "sinks.s3_formats",
		says: "Objects are written in another format or as Parquet, with the stored line where it says so.",
		provenBy: ["packages/sinks/src/s3.test.ts"],
	},
	{
		id: "sinks.s3_resend",
		says: "An event that is sent again meets the object it is in, however batches are cut then.",
		provenBy: ["packages/sinks/src/s3.test.ts"],
	},
	{
		id: "sinks.s3_retention",
		says: "Objects carry the retention and encryption key asked for.",
		provenBy: ["packages/sinks/src/s3.test.ts"],
	},
	{
		id: "sinks.secops_answers",
		says: "Each status of Google SecOps is classified, and nothing is lost.",
		provenBy: ["packages/sinks/src/secops.test.ts"],
	},
	{
		id: "sinks.secops_events",
		says: "Google SecOps gets UDM events under a token of its own key or one that is read.",
		provenBy: ["packages/sinks/src/secops.test.ts"],
	},
	{
		id: "sinks.sentinel_answers",
		says: "Each status of Microsoft Sentinel is classified, and nothing is lost.",
		provenBy: ["packages/sinks/src/sentinel.test.ts"],
	},
	{
		id: "sinks.sentinel_limits",
		says: "A row that Azure would cut is refused, and no body is above 1 MB.",
		provenBy: ["packages/sinks/src/sentinel.test.ts"],
	},
	{
		id: "sinks.sentinel_rows",
		says: "Microsoft Sentinel gets rows of ASIM AuditEvent, under a token of its own cloud.",
		provenBy: ["packages/sinks/src/sentinel.test.ts"],
	},
	{
		id: "sinks.sumo_answers",
		says: "Each status of Sumo Logic is classified, and nothing is lost.",
		provenBy: ["packages/sinks/src/sumo.test.ts"],
	},
	{
		id: "sinks.sumo_limits",
		says: "A line that Sumo would break is refused, and no body is above 1 MB.",
		provenBy: ["packages/sinks/src/sumo.test.ts"],
	},
	{
		id: "sinks.sumo_lines",
		says: "A message at Sumo is the stored line, exactly.",
		provenBy: ["packages/sinks/src/sumo.test.ts"],
	},
	{
		id: "sinks.sumo_url",
		says: "The address of a Sumo source is in no error, and is read for each request.",
		provenBy: ["packages/sinks/src/sumo.test.ts"],
	},
	{
		id: "sinks.syslog_cap",
		says: "No message is above the limit: it is shortened in ways that change no meaning, or refused.",
		provenBy: ["packages/sinks/src/syslog.test.ts"],
	},
	{
		id: "sinks.syslog_failures",
		says: "A syslog receiver that is down, slow or unknown is told, within the deadline.",
		provenBy: ["packages/sinks/src/syslog.test.ts"],
	},
	{
		id: "sinks.syslog_framing",
		says: "Each message has its length in bytes before it, or a datagram of its own.",
		provenBy: ["packages/sinks/src/syslog.test.ts"],
	},
	{
		id: "sinks.syslog_resends",
		says: "What a lost connection may not have delivered is sent again, whole and within bounds.",
		provenBy: ["packages/sinks/src/syslog.test.ts"],
	},
	{
		id: "sinks.syslog_tls",
		says: "A certificate that is wrong, and how, is a fault of its own; nothing is sent to its owner.",
		provenBy: ["packages/sinks/src/relp.test.ts", "packages/sinks/src/syslog.test.ts"],
	},
	{
		id: "sinks.syslog_udp",
		says: "Datagrams are paced, and a closed port is noticed where the system tells.",
		provenBy: ["packages/sinks/src/syslog.test.ts"],
	},
	{
		id: "sinks.token",
		says: "An access token is asked for once, renewed in time, and its refusal holds.",
		provenBy: [
			"packages/sinks/src/http/access-tokens.test.ts",
			"packages/sinks/src/secops.test.ts",
			"packages/sinks/src/sentinel.test.ts",
		],
	},
	{
		id: "sinks.webhook_answers",
		says: "Each status of a webhook is classified; those before it are delivered, in order.",
		provenBy: ["packages/sinks/src/webhook.test.ts"],
	},
	{
		id: "sinks.webhook_bytes",
		says: "Each stored line is posted byte for byte, under the event's id, in order.",
		provenBy: ["packages/sinks/src/webhook.test.ts"],
	},
	{
		id: "sinks.webhook_repeats",
		says: "After a lost answer the event comes again with the same webhook-id.",
		provenBy: ["packages/sinks/src/webhook.test.ts"],
	},
	{
		id: "sinks.webhook_signed",
		says: "The signature is that of the specification's example.",
		provenBy: ["packages/sinks/src/webhook.test.ts"],
	},
];
