import { within } from "../within.ts";
import type { HttpAnswer } from "./exchange.ts";
import { faultOfStatus, httpFaults } from "./http-faults.ts";
import { member, parsedJson, textMember } from "./json.ts";
import type { HttpPoster } from "./poster.ts";
import type { Secret } from "./secrets.ts";

/** Gives the access token that requests carry. */
export interface AccessTokens {
	/** The token now; rejects with a `SinkError` when there is none. */
	current(): Promise<string>;
	/** Says that the destination no longer takes a token. */
	forget(token: string): void;
}

/** A token and how long it may be kept. */
export interface GrantedToken {
	readonly value: string;
	readonly lifetimeMs: number;
}

/** A token is renewed this long before it expires, or after nine tenths of a shorter life. */
const RENEW_BEFORE_MS = 300_000;
const DEFAULT_LIFETIME_S = 3600;
/** The deadline is that of the poster that asks for the token; here only the signal counts. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Keeps a token until shortly before it expires; writes at the same time share one question. */
export function keptTokens(
	ask: () => Promise<GrantedToken>,
	nowMs: () => number = Date.now,
): AccessTokens {
	let kept: { readonly value: string; readonly untilMs: number } | undefined;
	let asking: Promise<string> | undefined;
	async function asked(): Promise<string> {
		const { value, lifetimeMs } = await ask();
		const usableMs = Math.max(lifetimeMs - RENEW_BEFORE_MS, 0.9 * lifetimeMs);
		kept = { value, untilMs: nowMs() + usableMs };
		return value;
	}
	return {
		current: async () => {
			if (kept !== undefined && nowMs() < kept.untilMs) return kept.value;
			asking ??= asked().finally(() => {
				asking = undefined;
			});
			return asking;
		},
		forget: (token) => {
			if (kept?.value === token) kept = undefined;
		},
	};
}

/** A token that something else renews: read each time it is used. */
export function readTokens(poster: HttpPoster, token: Secret, option: string): AccessTokens {
	return { current: async () => poster.secrets.read(token, option), forget: () => undefined };
}

/** Asks a token endpoint (RFC 6749 §5) with a form; its refusal holds, whatever its status, and never blames an event. */
export async function askToken(
	poster: HttpPoster,
	url: URL,
	form: Readonly<Record<string, string>>,
): Promise<GrantedToken> {
	const headers = {
		"content-type": "application/x-www-form-urlencoded",
		accept: "application/json",
	};
	const body = Buffer.from(new URLSearchParams(form).toString());
	// The poster's own deadline bounds it; who waits for it may leave sooner.
	const answer = await poster.post({ url, headers, body }, new AbortController().signal);
	const { status, body: said, retryAfterMs } = answer;
	const parsed = parsedJson(said);
	if (status === 200) {
		const value = textMember(parsed, "access_token");
		const seconds = Number(member(parsed, "expires_in") ?? DEFAULT_LIFETIME_S);
		if (value === "" || !(seconds > 0)) throw poster.fault("answer_unreadable", { status });
		return { value: poster.secrets.hide(value), lifetimeMs: seconds * 1000 };
	}
	const error = textMember(parsed, "error");
	const passes = error === "temporarily_unavailable" || error === "server_error";
	const code = passes ? "server_error" : faultOfStatus(status);
	const { verdict } = httpFaults[code];
	const refused = verdict === "reject" || (verdict === "hold" && error !== "");
	throw poster.fault(refused ? "token_refused" : code, {
		status,
		said: `${error} ${textMember(parsed, "error_description")}`.trim(),
		retryAfterMs,
	});
}

/** Posts with the current token, and once more with a new one where the destination does not know it (401). */
export async function postWithToken(
	poster: HttpPoster,
	tokens: AccessTokens,
	request: Parameters<HttpPoster["post"]>[0],
	signal: AbortSignal,
): Promise<HttpAnswer> {
	const posted = async (token: string): Promise<HttpAnswer> => {
		const authorization = `Bearer ${poster.secrets.hide(token)}`;
		const headers = { ...request.headers, authorization };
		const answer = await poster.post({ ...request, headers }, signal);
		// A right given since is only in a new token.
		if (answer.status === 401 || answer.status === 403) tokens.forget(token);
		return answer;
	};
	const waited = async (): Promise<string> =>
		within(tokens.current(), LONGEST_TIMER_MS, signal, () => poster.fault("aborted"));
	const first = await waited();
	const answer = await posted(first);
	if (answer.status !== 401) return answer;
	const second = await waited();
	return second === first ? answer : posted(second);
}
