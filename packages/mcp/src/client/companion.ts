import type { Audit } from "@mcp-trail/audit";
import { isEndpoint } from "../hook/connection.ts";
import { exchangeOfAudit } from "../hook/of-audit.ts";
import { findingFrom } from "../describe/finding.ts";
import { named } from "../random-ids.ts";
import type { Identifier } from "../identity/identifier.ts";
import { shortKey } from "../short-key.ts";
import { attempts } from "../http/attempts.ts";
import { authAsked, type AuthAsked } from "./oauth.ts";
import { carriedBy, noteAnswer } from "./carried.ts";
import { describeAuth, describePassthrough, describeUnsent } from "./describe-auth.ts";
import { fetchedWith, type Fetched } from "./fetched.ts";
import { overScopes } from "./over-scope.ts";
import { passthroughOf } from "./passthrough.ts";
import { readJson } from "./read-json.ts";
import { lineOfAll, noteSent, tokenLinesOf, type Sent } from "./token-lines.ts";
import { sentWith, type FindSending, type Sending } from "./sending.ts";

/** Anything that fetches as `fetch` does. */
export type Fetch = (input: never, init?: never) => Promise<Response>;

/** Where a fetch comes from: of one that an application hands to others nothing is known. */
export interface FetchedFrom {
	readonly transport?: object;
	/** Where it knows no request, the context does. */
	readonly find?: FindSending;
}

/** How a fetch went on; neither throws. */
export interface Watched {
	answered(response: Response): void;
	failed(error: unknown): void;
}

/** Observes for one audit what clients fetch; never throws. */
export type Companion = (args: readonly unknown[], from: FetchedFrom) => Watched | undefined;

const MAX_ISSUERS = 200;
const METADATA = /\/\.well-known\/(?:oauth-authorization-server|openid-configuration)/;
const STREAM = "text/event-stream";
/** What is longer is told by where it goes alone. */
const MAX_KEPT_LENGTH = 1_048_576;

/** What is fetched within a request may be something else: its own goes to its server, or by another way as it is. */
function isOwn(fetched: Fetched, sending: Sending): boolean {
	const { given, url } = fetched;
	if (typeof sending.body === "string" && given === sending.body) return true;
	if (!isEndpoint(sending.exchange.connection, url)) return false;
	sending.body = typeof given === "string" && given.length <= MAX_KEPT_LENGTH ? given : undefined;
	return true;
}

/** What all watches of an audit know together: several instrumentations may stand around one `fetch`. */
interface Memory {
	/** Answers and failures whose story is told. */
	readonly told: WeakSet<object>;
	/** By the endpoint of an authorization server. */
	readonly issuers: Map<string, string>;
	readonly attemptOf: ReturnType<typeof attempts>;
	readonly isOverScoped: ReturnType<typeof overScopes>;
	/** By the transport that sent them. */
	readonly sentBy: WeakMap<object, Sent>;
}

const ofAudits = new WeakMap<Audit, Memory>();

function memoryOf(audit: Audit): Memory {
	const known = ofAudits.get(audit);
	if (known !== undefined) return known;
	const made = {
		told: new WeakSet<object>(),
		issuers: new Map<string, string>(),
		attemptOf: attempts(),
		isOverScoped: overScopes(),
		sentBy: new WeakMap<object, Sent>(),
	};
	ofAudits.set(audit, made);
	return made;
}

/** What becomes of one fetch that is somebody's to tell. */
interface Fate {
	answered(response: Response): void;
	failed(): void;
}

/** Makes the companion of an audit: a watch on the `fetch` that SDK transports and OAuth helpers are given. */
export function companion(options: {
	readonly audit: Audit;
	readonly identify: Identifier | undefined;
	readonly onFault: (fault: unknown) => void;
}): Companion {
	const { audit, identify, onFault } = options;
	const { digester } = audit;
	const passthrough = passthroughOf(audit);
	const lines = tokenLinesOf(audit);
	const { told, issuers, attemptOf, isOverScoped, sentBy } = memoryOf(audit);

	function guarded<R>(work: () => R): R | undefined {
		try {
			return work();
		} catch (fault) {
			onFault(fault);
			return undefined;
		}
	}

	/** Which authorization server an endpoint belongs to, by the metadata that was fetched (RFC 8414). */
	async function learnIssuer(response: Response, origin: string | undefined): Promise<void> {
		const metadata = await readJson(response);
		const issuer = metadata?.["issuer"];
		if (typeof issuer !== "string" || issuer.length > 512 || !URL.canParse(issuer)) return;
		// Another's name is not to be believed (RFC 8414 §3.3).
		if (new URL(issuer).origin !== origin) return;
		for (const name of ["token_endpoint", "registration_endpoint"]) {
			const endpoint = metadata?.[name];
			if (typeof endpoint !== "string" || !URL.canParse(endpoint)) continue;
			const { href } = new URL(endpoint);
			issuers.delete(href);
			issuers.set(href, issuer);
			const oldest = issuers.size > MAX_ISSUERS ? issuers.keys().next().value : undefined;
			if (oldest !== undefined) issuers.delete(oldest);
		}
	}

	/** Whose token an exchange renews: a client's own, or the one that its transport sends. */
	function lineOf({ endpoint, detail, auth }: AuthAsked, sent: Sent | undefined) {
		if (detail.grant === "client_credentials" && auth.client_id !== undefined)
			return shortKey(`client ${endpoint.href} ${auth.client_id}`);
		return detail.grant === "refresh_token" && sent ? lineOfAll(sent, lines) : undefined;
	}

	function exchange(asked: AuthAsked, sending: Sending | undefined, sent: Sent | undefined): Fate {
		const line = lineOf(asked, sent);
		const startMs = Date.now();
		const startUs = performance.now() * 1000;
		const { endpoint, detail, auth } = asked;
		const issuer = issuers.get(endpoint.href);
		const who = identify?.(
			{
				role: "client",
				transport: "streamable_http",
				method: undefined,
				clientAddress: undefined,
				extra: undefined,
			},
			undefined,
		);
		const key = [asked.type, endpoint.href, detail.grant, detail.resource, auth.client_id];
		const end = (status: number | undefined, answer: ReturnType<typeof readJson>): void => {
			const durationUs = Math.max(0, Math.round(performance.now() * 1000 - startUs));
			const attempt = attemptOf(key.join("\n"), startMs);
			void answer.then((json) =>
				guarded(() => {
					const described = describeAuth(audit, {
						asked,
						issuer,
						who,
						attempt,
						status,
						answer: json,
						trace: sending?.exchange.trace,
						startMs,
						endMs: startMs + Math.round(durationUs / 1000),
						durationUs,
					});
					const isOver = isOverScoped(described);
					const event = isOver ? named(described) : described;
					const token = event.authorization?.token_digest;
					if (token !== undefined && line !== undefined) lines.follows(token, line);
					audit.record(event);
					if (isOver) audit.record(findingFrom("over_scope", event));
				}),
			);
		};
		return {
			answered: (response) => end(response.status, readJson(response)),
			failed: () => end(undefined, Promise.resolve(undefined)),
		};
	}

	/** A request of the protocol itself: what it carried is told with its outcome, or alone where it has none. */
	function message(fetched: Fetched, around: Sending | undefined, sent: Sent | undefined): Fate {
		const sending = around && isOwn(fetched, around) ? around : undefined;
		const request = sending && exchangeOfAudit(audit, sending.exchange);
		const before = request?.carried;
		const carried = carriedBy(fetched, digester, before);
		const { tokenDigest } = carried;
		const origin = fetched.url?.origin;
		if (request) request.carried = carried;
		if (tokenDigest !== undefined) {
			// The same request, sent again as its token was of no use any more: whoever asked is the same.
			if (before?.status === 401 && before.tokenDigest !== undefined)
				lines.follows(tokenDigest, lines.of(before.tokenDigest));
			if (sent) noteSent(sent, tokenDigest);
		}
		if (tokenDigest !== undefined && origin !== undefined && passthrough.sent(tokenDigest, origin))
			audit.record(describePassthrough(audit, carried, origin, around?.exchange.trace));
		return {
			answered(response) {
				const noted = noteAnswer(carried, response);
				if (request) request.carried = noted;
				else if (response.status === 401 || response.status === 403)
					audit.record(describeUnsent(audit, fetched, noted));
			},
			failed: () => undefined,
		};
	}

	function sentOf(transport: object): Sent {
		const known = sentBy.get(transport);
		if (known !== undefined) return known;
		const made: Sent = new Set();
		sentBy.set(transport, made);
		return made;
	}

	function watch(args: readonly unknown[], { find, transport }: FetchedFrom): Fate | undefined {
		const sent = transport && sentOf(transport);
		const fetched = fetchedWith(args[0], args[1]);
		// A stream that is opened beside requests is none of them, whichever of them opened it.
		const sending = fetched.method === "POST" ? sentWith(args[1], find) : undefined;
		const asked = authAsked(fetched, digester);
		if (asked) return exchange(asked, sending, sent);
		if (fetched.header("accept")?.includes(STREAM)) return message(fetched, sending, sent);
		if (sending && isOwn(fetched, sending)) return message(fetched, sending, sent);
		return fetched.method === "GET" && METADATA.test(fetched.url?.pathname ?? "")
			? {
					answered: (response) => void learnIssuer(response, fetched.url?.origin).catch(onFault),
					failed: () => undefined,
				}
			: undefined;
	}

	const once = (what: unknown): boolean => {
		if (typeof what !== "object" || what === null) return true;
		if (told.has(what)) return false;
		told.add(what);
		return true;
	};

	return (args, from) => {
		const fate = guarded(() => watch(args, from));
		return (
			fate && {
				answered(response) {
					guarded(() => {
						if (once(response)) fate.answered(response);
					});
				},
				failed(error) {
					guarded(() => {
						if (once(error)) fate.failed();
					});
				},
			}
		);
	};
}
