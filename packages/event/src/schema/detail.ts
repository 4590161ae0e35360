import { block, digest, field, flag, id7, int, keyed, list, maybe, open } from "./kinds.ts";
import { text, uri, word } from "./kinds.ts";

const mrtr = block("MrtrDetail", "A request answered in several rounds (MRTR).", {
	state: field(
		open(["issued", "match", "changed", "missing", "invented", "reused", "unknown"], "changed"),
		"How the echo of `requestState` compares with what was issued; unknown: another process may have issued it.",
	),
	state_digest: maybe(
		keyed,
		"Keyed digest of the `requestState` (kind `state`) that was issued, or of the one that was echoed.",
	),
	issued_digest: maybe(keyed, "Of a round that echoes one state and issues the next: the next."),
	requested: maybe(list(text(64), 16), "Methods that the result asked for."),
	answered: maybe(int(), "How many of them were answered."),
	arguments_match: maybe(flag, "True: the same arguments as the first leg."),
});

const task = block("TaskDetail", "A task and its status.", {
	id_digest: field(keyed, "Keyed digest of the task id (kind `task`)."),
	status: field(
		open(["working", "input_required", "completed", "failed", "cancelled", "expired"], "working"),
		"Status the task has now.",
	),
	previous_status: maybe(word, "Status it had before."),
	ttl_ms: maybe(int(), "Time to live in milliseconds."),
	origin_event_id: maybe(id7, "The event of the request that made the task."),
	retrieved: maybe(flag, "True: the result was fetched."),
	inferred: maybe(flag, "True: concluded from the deadline, not seen."),
});

const subscription = block("SubscriptionDetail", "A stream of notifications.", {
	id: field(text(128), "Identifier of the subscription."),
	topics: maybe(list(word, 16), "What was subscribed to."),
	delivered: maybe(int(), "Notifications delivered."),
	missing: maybe(int(), "Notifications that a gap shows to be missing."),
	duplicate: maybe(int(), "Notifications seen twice."),
	out_of_order: maybe(int(), "Notifications seen out of order."),
});

const connection = block("ConnectionDetail", "A transport bound to a peer.", {
	command_digest: maybe(
		keyed,
		"Keyed digest of the stdio command and its arguments (kind `command`).",
	),
	origin: maybe(text(256), "Origin of the peer."),
	listed: maybe(flag, "True: on the operator's allow list."),
	requests: maybe(int(), "Requests seen on it."),
});

const input = block(
	"InputDetail",
	"Something asked of a person or a model. No lengths or shape of answers: the length of `yes` gives it away.",
	{
		kind: field(
			open(["elicitation", "sampling", "roots", "approval"], "elicitation"),
			"What was asked for.",
		),
		mode: maybe(word, "How it was asked, such as form or url."),
		action: maybe(open(["accept", "decline", "cancel"], "cancel"), "What was decided."),
		decided_by: maybe(open(["user", "policy", "application"], "application"), "Who decided."),
		origin: maybe(text(256), "Origin of the URL that was shown."),
		url_digest: maybe(keyed, "Keyed digest of that URL (kind `uri`)."),
		message_digest: maybe(keyed, "Keyed digest of the message that was shown (kind `text`)."),
		fields: maybe(int(), "How many fields the form had."),
		sensitive: maybe(flag, "True: the form asked for something sensitive."),
		max_tokens: maybe(int(), "Token limit of the sampling request."),
	},
);

const definition = block("DefinitionDetail", "The definition of a tool, prompt or resource.", {
	change: maybe(
		open(["added", "removed", "changed", "reintroduced", "renamed_suspect"], "changed"),
		"How it differs from what was seen or approved.",
	),
	digest: maybe(digest, "SHA-256 of the RFC 8785 form of the definition."),
	previous_digest: maybe(digest, "Digest of the definition seen before."),
	approved_digest: maybe(digest, "Digest of the definition that was approved."),
	list_digest: maybe(digest, "Digest of the whole list."),
	material: maybe(flag, "True: schema, description or annotations differ, not only title or icon."),
	fields: maybe(list(word, 16), "Which fields differ."),
	hidden_text: maybe(list(word, 8), "Hidden text found: tag, bidi, zero_width, control."),
	collides_with: maybe(list(text(512), 8), "Servers (by id) that offer the same name."),
	list_size: maybe(int(), "How many items the list had."),
});

const authorization = block("AuthorizationDetail", "Use of a token endpoint or a registration.", {
	grant: maybe(word, "Grant that was used."),
	error: maybe(word, "OAuth error code."),
	issuer: maybe(text(512), "Authorization server."),
	resource: maybe(text(512), "Resource the token is for (RFC 8707)."),
	scopes_requested: maybe(list(text(128), 64), "Scopes asked for."),
	scopes_granted: maybe(list(text(128), 64), "Scopes granted."),
	attempt: maybe(int(), "Attempt number."),
	token_digest: maybe(keyed, "Keyed digest of the token (kind `token`)."),
	assertion_digest: maybe(keyed, "Keyed digest of the assertion (kind `assertion`)."),
});

const discovery = block("DiscoveryDetail", "A server's description of itself was read.", {
	source: field(
		open(["server_card", "catalog", "discover", "registry"], "discover"),
		"What was read.",
	),
	url: maybe(uri(1024), "Where it was read, without user info, query and fragment."),
	digest: maybe(digest, "SHA-256 of what was read."),
	previous_digest: maybe(digest, "What was read before; present = it changed."),
	etag: maybe(text(128), "Entity tag of the answer."),
});

const skill = block("SkillDetail", "A skill that was read.", {
	uri: field(uri(1024), "Where the skill is."),
	declared_digest: maybe(digest, "Digest that its index declares."),
	digest: maybe(digest, "Digest of what was read."),
	match: maybe(flag, "True: the two are equal."),
});

const finding = block("FindingDetail", "A detection rule fired.", {
	rule: field(text(64), "Identifier of the rule."),
	title: maybe(text(128), "What the rule looks for."),
	confidence: maybe(open(["low", "medium", "high"], "low"), "How sure the rule is."),
	event_ids: maybe(list(id7, 16), "Events the rule fired on."),
});

/** Detail blocks about traffic, in the order in which they are stored. */
export const trafficDetail = {
	mrtr: maybe(mrtr, "A request answered in several rounds (MRTR)."),
	task: maybe(task, "A task and its status."),
	subscription: maybe(subscription, "A stream of notifications."),
	connection: maybe(connection, "A transport bound to a peer."),
	input: maybe(input, "Something asked of a person or a model."),
	definition: maybe(definition, "The definition of a tool, prompt or resource."),
	authorization: maybe(authorization, "Use of a token endpoint or a registration."),
	discovery: maybe(discovery, "A server's description of itself was read."),
	skill: maybe(skill, "A skill that was read."),
	finding: maybe(finding, "A detection rule fired."),
};
