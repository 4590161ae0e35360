import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import type { SinkError, Verdict } from "@mcp-trail/audit";
import { isSinkError, sinkError } from "../sink-error.ts";
import { within } from "../within.ts";
import { type Connections, connections } from "./agent.ts";
import { exchange, type HttpAnswer, type HttpMethod } from "./exchange.ts";
import { faultOfCode, type HttpFaultCode, httpFaults } from "./http-faults.ts";
import type { HttpOptions } from "./http-options.ts";
import { secretKeeper, type Secrets } from "./secrets.ts";

/** One request to the destination. */
interface HttpRequest {
	readonly url: URL;
	/** @default "POST" */
	readonly method?: HttpMethod;
	/** Credentials are added by the poster's `authorize`; one given here is hidden with `secrets.hide` first. */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Uint8Array;
}

/** A request but for its credentials: its body is compressed if it is to be. */
export type OutgoingRequest = Required<HttpRequest>;

/** Speaks HTTP for one sink. */
export interface HttpPoster {
	readonly secrets: Secrets;
	/** Sends a request and gives the answer of any status; rejects with a {@link SinkError} when there is none. */
	post(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
	/** The error of a fault that every sink knows; `said` is quoted, without secrets. */
	fault(code: HttpFaultCode, details?: FaultDetails): SinkError;
	/** What a server said as an error may hold it: one line, not long, without secrets. */
	quote(said: string): string;
	/** The error of a fault that only this destination has; it is cleaned of secrets, and what a server said is quoted first. */
	failure(code: string, verdict: Verdict, message: string, retryAfterMs?: number): SinkError;
	close(): void;
}

/** What else is known of a fault. */
interface FaultDetails {
	readonly status?: number;
	/** In the destination's or in Node's words. */
	readonly said?: string;
	readonly retryAfterMs?: number | undefined;
	readonly cause?: unknown;
}

/** How {@link httpPoster} is made. */
export interface HttpPosterOptions extends HttpOptions {
	/** What errors call the destination, such as `Elasticsearch`. */
	readonly destination: string;
	/** Only its origin appears in errors: a path may be a secret. */
	readonly url: URL;
	/** Headers with credentials, read for each request; they may sign it as it goes out. @default none */
	authorize?(secrets: Secrets, request: OutgoingRequest): Promise<Readonly<Record<string, string>>>;
}

/** Between processes of one machine bytes cost less than compressing them. */
function isThisMachine({ hostname }: URL, { proxy }: HttpOptions): boolean {
	return proxy === undefined && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u.test(hostname);
}

const gzipped = promisify(gzipCallback);
/** Events come out as small as at zlib's own 6, in a third of the time. */
const GZIP_LEVEL = 3;
const MAX_SAID_CHARACTERS = 300;
/** Longer than the longest secret, and short enough to be searched for all of them. */
const MAX_READ_CHARACTERS = 131_072;
const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * Makes the HTTP client of one sink: one try for each request, compressed, within a deadline; redirects are
 * answers like others, so credentials never go to another host; no secret appears in an error.
 */
export function httpPoster(options: HttpPosterOptions): HttpPoster {
	const {
		destination,
		url,
		gzip = !isThisMachine(url, options),
		timeoutMs = DEFAULT_TIMEOUT_MS,
	} = options;
	const secrets = secretKeeper();
	const place = `${destination} at ${url.origin}`;
	let open: Promise<Connections> | undefined;
	let closed = false;

	const clean = (text: string): string =>
		secrets
			.scrub(text.slice(0, MAX_READ_CHARACTERS))
			.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
			.trim()
			.slice(0, MAX_SAID_CHARACTERS);

	function fault(
		code: HttpFaultCode,
		{ status, said = "", retryAfterMs, cause }: FaultDetails = {},
	) {
		const { verdict, means, remedy } = httpFaults[code];
		const quoted = clean(said);
		const shown = [status, quoted === "" ? undefined : `“${quoted}”`]
			.filter((part) => part !== undefined)
			.join(" ");
		const because = shown === "" ? "" : ` (${shown})`;
		return sinkError(code, verdict, `${place}: ${means.replace(/\.$/u, "")}${because}. ${remedy}`, {
			cause,
			retryAfterMs: verdict === "reject" ? undefined : retryAfterMs,
		});
	}

	/** Connections are made anew after a failed handshake, so that renewed certificates are read. */
	function drop(): void {
		const dropped = open;
		open = undefined;
		void dropped?.then(
			({ agent }) => agent.destroy(),
			() => undefined,
		);
	}

	function classified(error: unknown): SinkError {
		if (isSinkError(error)) return error;
		const code = error instanceof Error && "code" in error ? String(error.code) : "";
		const text = error instanceof Error ? error.message : String(error);
		const found: HttpFaultCode =
			code === "ANSWER_TOO_LARGE"
				? "answer_too_large"
				: code === "ABORT_ERR"
					? "aborted"
					: faultOfCode(code);
		if (found === "tls_failed") drop();
		const said = clean(code === "" || text.includes(code) ? text : `${code} ${text}`);
		// The error itself may hold headers and addresses; only its cleaned words go on.
		return fault(found, { said, cause: Object.assign(new Error(said), { code }) });
	}

	async function send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
		open ??= connections(url, options, secrets).catch((error: unknown) => {
			open = undefined;
			throw error;
		});
		const { agent, tls } = await open;
		const body =
			gzip && request.body.byteLength > 0
				? await gzipped(request.body, { level: GZIP_LEVEL })
				: request.body;
		const outgoing: OutgoingRequest = {
			url: request.url,
			method: request.method ?? "POST",
			headers: {
				...request.headers,
				...(body === request.body ? {} : { "content-encoding": "gzip" }),
			},
			body,
		};
		const credentials = await options.authorize?.(secrets, outgoing);
		signal.throwIfAborted();
		return exchange({
			...outgoing,
			headers: { ...outgoing.headers, ...credentials },
			agent,
			tls,
			signal,
		});
	}

	return {
		secrets,
		post: async (request, signal) => {
			if (closed) throw fault("closed");
			if (signal.aborted) throw fault("aborted");
			const controller = new AbortController();
			try {
				return await within(send(request, controller.signal), timeoutMs, signal, (why) =>
					fault(why === "timeout" ? "request_timeout" : "aborted"),
				);
			} catch (error) {
				throw classified(error);
			} finally {
				controller.abort();
			}
		},
		fault,
		quote: clean,
		failure: (code, verdict, message, retryAfterMs) =>
			sinkError(code, verdict, `${place}: ${secrets.scrub(message)}`, { retryAfterMs }),
		close: () => {
			closed = true;
			drop();
		},
	};
}
