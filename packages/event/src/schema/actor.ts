import {
	block,
	closed,
	digest,
	field,
	flag,
	id7,
	int,
	keyed,
	list,
	maybe,
	open,
	text,
} from "./kinds.ts";
import { thumbprint, time, uri, word } from "./kinds.ts";

const principalType = open(["user", "service", "workload", "anonymous", "unknown"], "unknown");
const PRINCIPAL_TYPE =
	"What kind of subject. anonymous = known to be unauthenticated; unknown = cannot be known here.";
const ID = "Subject; policy keeps this or `id_digest`.";
const ID_DIGEST = "Keyed digest of the subject (kind `principal`); policy keeps this or `id`.";

const principal = block("Principal", "Who is behind a request.", {
	type: field(principalType, PRINCIPAL_TYPE, { same: "OCSF user.type_id · OTEP audit.actor.type" }),
	id: maybe(text(256), ID, { same: "ECS user.id · OCSF actor.user.uid" }),
	id_digest: maybe(keyed, ID_DIGEST),
	issuer: maybe(text(512), "Who vouches for `id`; the pair is the identity.", {
		same: "OCSF session.issuer",
	}),
	tenant: maybe(text(128), "Organisation, from claims or application.", {
		same: "ECS organization.id · OCSF tenant_uid",
	}),
	assurance: field(
		closed(["verified", "asserted", "none"]),
		"verified = a credential this host checked; asserted = somebody said so; none = nothing is known.",
	),
	source: field(
		open(["access_token", "client_certificate", "application", "operating_system", "none"], "none"),
		"Where the identity was learned.",
	),
});

const delegate = block("Delegate", "One actor of a delegation chain (RFC 8693 `act`).", {
	type: field(principalType, PRINCIPAL_TYPE),
	id: maybe(text(256), ID),
	id_digest: maybe(keyed, ID_DIGEST),
	issuer: maybe(text(512), "Who vouches for `id`."),
});

const client = block("ClientInfo", "The client's own words about itself (`clientInfo`).", {
	name: field(text(128), "Name of the client.", { peer: true, same: "OCSF actor.app_name" }),
	version: maybe(text(64), "Version of the client.", { peer: true }),
});

const auth = block(
	"Auth",
	"How the request was authenticated. The token itself has no field anywhere.",
	{
		scheme: field(
			open(["none", "bearer", "dpop", "mtls", "basic", "api_key", "other"], "other"),
			"How the request authenticated.",
		),
		binding: maybe(open(["none", "dpop", "mtls"], "none"), "Is the token bound to a key, and how."),
		client_id: maybe(text(512), "OAuth client.", { same: "OCSF actor.app_uid" }),
		scopes: maybe(list(text(128), 64), "Scopes granted, as in the validated token."),
		audience: maybe(list(text(512), 8), "Audience, as in the validated token."),
		grant: maybe(
			word,
			"How the token was got: authorization_code, client_credentials, jwt_bearer, token_exchange.",
		),
		token_digest: maybe(
			keyed,
			"Keyed digest of the token (kind `token`): tells two tokens apart, finds passthrough.",
		),
		token_expires: maybe(time, "When the token expires.", { same: "OCSF session.expiration_time" }),
		key_thumbprint: maybe(
			thumbprint,
			"RFC 7638 or RFC 8705 thumbprint of the binding key, which is public.",
		),
	},
);

/** Who did it. */
export const actor = block("Actor", "Who did it: identity, delegation, client, authentication.", {
	principal: field(principal, "Who is behind the request."),
	delegation: maybe(list(delegate, 10), "RFC 8693 `act` chain, current actor first."),
	client: maybe(client, "The client's own words about itself (`clientInfo`)."),
	auth: maybe(auth, "How the request was authenticated."),
});

const hints = block("Hints", "Tool annotations: the server's own words, never evidence.", {
	read_only: maybe(flag, "`readOnlyHint`.", { peer: true }),
	destructive: maybe(flag, "`destructiveHint`.", { peer: true }),
	idempotent: maybe(flag, "`idempotentHint`.", { peer: true }),
	open_world: maybe(flag, "`openWorldHint`.", { peer: true }),
});

const server = block("ServerInfo", "The server that was asked.", {
	id: maybe(
		text(512),
		"Identity by configuration or origin; for a command, its digest. Names do not identify.",
		{ same: "OCSF api.service.uid" },
	),
	name: maybe(text(128), "`serverInfo.name`.", { peer: true, same: "OCSF api.service" }),
	version: maybe(text(64), "`serverInfo.version`.", { peer: true }),
});

/** What it was done to. */
export const target = block("Target", "What it was done to.", {
	kind: field(
		open(
			[
				"tool",
				"prompt",
				"resource",
				"resource_template",
				"task",
				"subscription",
				"skill",
				"completion",
				"server",
				"other",
			],
			"other",
		),
		"Kind of thing.",
		{ same: "OCSF resources[].type" },
	),
	name: maybe(text(256), "Tool or prompt, as asked for.", {
		same: "gen_ai.tool.name · gen_ai.prompt.name",
	}),
	uri: maybe(uri(1024), "Resource, without user info, query and fragment.", {
		same: "mcp.resource.uri",
	}),
	uri_digest: maybe(keyed, "Keyed digest of the whole URI (kind `uri`)."),
	known: maybe(flag, "False: a name no list has shown."),
	definition_digest: maybe(
		digest,
		"SHA-256 of the RFC 8785 form of the definition last listed: what the caller believed it was calling.",
	),
	definition_age_ms: maybe(int(), "Age of that listing in milliseconds."),
	hints: maybe(hints, "Tool annotations."),
	server: maybe(server, "The server that was asked."),
});

const a2a = block("A2a", "A2A identifiers.", {
	context_id: maybe(text(128), "A2A context.", { peer: true }),
	task_id: maybe(text(128), "A2A task.", { peer: true }),
	message_id: maybe(text(128), "A2A message.", { peer: true }),
});

/** Which logical call it belongs to. */
export const operation = block(
	"Operation",
	"One logical call over retries, legs and hops. It groups, it never proves.",
	{
		id: field(text(128), "One logical call over retries, legs, hops.", {
			same: "OCSF correlation_uid · CloudEvents correlationid",
		}),
		source: field(
			open(["extension", "trace", "local"], "local"),
			"Where `id` is from. extension: it and the members from the peer are its own word; join them only within one principal.",
		),
		attempt: maybe(int(1), "Retry number, from 1.", { peer: true }),
		leg: maybe(int(), "MRTR round, from 0."),
		hop: maybe(int(), "Gateway depth, from 0."),
		intent_id: maybe(id7, "The intent event this outcome closes, minted by the recorder."),
		parent_event_id: maybe(
			id7,
			"The event of this process within which it happened, such as sampling inside a tool.",
			{ same: "CloudEvents causationid" },
		),
		peer_event_id: maybe(id7, "The other side's event, from its receipt.", { peer: true }),
		retry_reason: maybe(word, "Why it was tried again: transport, step_up, application."),
		turn_id: maybe(text(128), "SEP-2817 turn.", { peer: true }),
		conversation_id: maybe(text(128), "Conversation.", {
			peer: true,
			same: "gen_ai.conversation.id",
		}),
		a2a: maybe(a2a, "A2A identifiers."),
	},
);
