import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { askToken, keptTokens } from "./access-tokens.ts";
import { httpPoster } from "./poster.ts";
import { type ContractServer, contractServer, type Reply } from "./testing/contract-server.ts";

const open: ContractServer[] = [];
afterEach(async () => {
	await Promise.all(open.splice(0).map(async (server) => server.close()));
});

async function asked(reply: Reply) {
	const server = await contractServer(() => reply);
	open.push(server);
	const url = new URL("/token", server.url);
	const poster = httpPoster({ destination: "Tokens", url, gzip: false, timeoutMs: 500 });
	const secret = await poster.secrets.read("canary-secret", "clientSecret");
	try {
		return { token: await askToken(poster, url, { client_secret: secret }), calls: server.calls };
	} catch (error) {
		return { error };
	} finally {
		poster.close();
	}
}

const error = (name: string, description = "") => ({
	error: name,
	error_description: description,
});

describe("askToken", () => {
	it("[sinks.token] sends a form, uncompressed, and reads the token and its life", async () => {
		const body = { token_type: "Bearer", expires_in: 3599, access_token: "t" };
		const { token, calls } = await asked({ status: 200, body });
		expect(token).toEqual({ value: "t", lifetimeMs: 3_599_000 });
		const [call] = calls ?? [];
		expect(call?.body.toString()).toBe("client_secret=canary-secret");
		expect(call?.headers["content-encoding"]).toBeUndefined();
		expect(call?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
	});

	it("[sinks.token] takes a life in digits, and an hour where none is said", async () => {
		const digits = await asked({ status: 200, body: { expires_in: "60", access_token: "t" } });
		const none = await asked({ status: 200, body: { access_token: "t" } });
		expect([digits.token?.lifetimeMs, none.token?.lifetimeMs]).toEqual([60_000, 3_600_000]);
	});

	it.each([
		["a wrong secret", 401, error("invalid_client", "AADSTS7000215"), "hold", "token_refused"],
		["an unknown application", 400, error("unauthorized_client"), "hold", "token_refused"],
		["a wrong signature", 400, error("invalid_grant"), "hold", "token_refused"],
		["an unknown scope", 400, error("invalid_scope"), "hold", "token_refused"],
		["a forbidden tenant", 403, error("access_denied"), "hold", "token_refused"],
		["a login that rests", 400, error("temporarily_unavailable"), "retry", "server_error"],
		["a login that fails", 400, error("server_error"), "retry", "server_error"],
		["an answer without words", 400, "", "hold", "request_refused"],
		["an answer 401 without words", 401, "", "hold", "unauthorized"],
		["a wrong address", 404, "<html>", "hold", "not_found"],
		["a form too large", 413, "", "hold", "token_refused"],
		["a limit", 429, error("slow_down"), "retry", "throttled"],
		["a failure", 500, "", "retry", "server_error"],
		["an outage", 503, "", "retry", "server_error"],
		["a page instead of a token", 200, "<html>", "retry", "answer_unreadable"],
		["no token", 200, { expires_in: 60 }, "retry", "answer_unreadable"],
		[
			"a token without life",
			200,
			{ expires_in: 0, access_token: "t" },
			"retry",
			"answer_unreadable",
		],
	])("[sinks.token] %s (%i) never blames an event", async (_, status, body, verdict, code) => {
		const { error: thrown } = await asked({ status, body });
		expect(thrown).toMatchObject({ verdict, code });
	});

	it("[sinks.token] a limit says how long to wait", async () => {
		const { error: thrown } = await asked({ status: 429, headers: { "retry-after": "7" } });
		expect(thrown).toMatchObject({ retryAfterMs: 7000 });
	});

	it("[sinks.token] quotes why, and never the secret, also where it is echoed", async () => {
		const body = error("invalid_client", "AADSTS7000215: canary-secret is not right");
		const { error: thrown } = await asked({ status: 401, body });
		expect(inspect(thrown)).toContain("invalid_client AADSTS7000215: [secret] is not right");
		expect(inspect(thrown)).not.toContain("canary");
	});

	it("[sinks.token] is asked for no longer than the deadline", async () => {
		const { error: thrown } = await asked("hang");
		expect(thrown).toMatchObject({ verdict: "retry", code: "request_timeout" });
	});
});

function kept(lifetimeMs: number) {
	const clock = { nowMs: 0 };
	let asks = 0;
	const tokens = keptTokens(
		async () => {
			asks += 1;
			return { value: `t${asks}`, lifetimeMs };
		},
		() => clock.nowMs,
	);
	return { tokens, clock };
}

describe("keptTokens", () => {
	it("[sinks.token] one is asked for by all that wait, and kept until five minutes before its end", async () => {
		const { tokens, clock } = kept(3_600_000);
		expect(await Promise.all([tokens.current(), tokens.current()])).toEqual(["t1", "t1"]);
		clock.nowMs = 3_299_999;
		expect(await tokens.current()).toBe("t1");
		clock.nowMs = 3_300_000;
		expect(await tokens.current()).toBe("t2");
	});

	it("[sinks.token] a short one is kept for nine tenths of its life", async () => {
		const { tokens, clock } = kept(60_000);
		await tokens.current();
		clock.nowMs = 53_999;
		expect(await tokens.current()).toBe("t1");
		clock.nowMs = 54_000;
		expect(await tokens.current()).toBe("t2");
	});

	it("[sinks.token] one that is refused is forgotten, one that has replaced it is not", async () => {
		const { tokens } = kept(60_000);
		const first = await tokens.current();
		tokens.forget(first);
		const second = await tokens.current();
		tokens.forget(first);
		expect([first, second, await tokens.current()]).toEqual(["t1", "t2", "t2"]);
	});

	it("[sinks.token] a failure is not kept", async () => {
		let fails = true;
		const tokens = keptTokens(async () => {
			if (fails) throw new Error("down");
			return { value: "t", lifetimeMs: 60_000 };
		});
		await expect(tokens.current()).rejects.toThrow("down");
		fails = false;
		expect(await tokens.current()).toBe("t");
	});
});
