import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import type { SinkError } from "@mcp-trail/audit";
import { afterEach, describe, expect, it, vi } from "vitest";
import { authorization, type HttpAuth } from "./auth.ts";
import type { HttpOptions } from "./http-options.ts";
import { httpPoster } from "./poster.ts";
import { certificates } from "./testing/certificates.ts";
import { contractServer, type ContractServer, type Reply } from "./testing/contract-server.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
	await Promise.all(open.splice(0).map(async (one) => one.close()));
	vi.unstubAllEnvs();
});
const { signal } = new AbortController();

function posterTo(url: string, options: HttpOptions & { readonly auth?: HttpAuth } = {}) {
	const poster = httpPoster({
		destination: "Test",
		url: new URL(url),
		...options,
		authorize: async (secrets) => authorization(options.auth, secrets),
	});
	open.push(poster);
	return {
		...poster,
		send: async (text = "body", asked = signal) =>
			poster.post({ url: new URL(url), headers: {}, body: Buffer.from(text) }, asked),
	};
}

async function answering(reply: Reply, tls?: Parameters<typeof contractServer>[1]) {
	const server = await contractServer(() => reply, tls);
	open.push(server);
	return server;
}

async function failure(work: Promise<unknown>): Promise<SinkError> {
	try {
		await work;
	} catch (error) {
		return error as SinkError;
	}
	throw new Error("it did not fail");
}

/** A proxy that asks for credentials and tunnels where it is told, or says something of its own, or with "" nothing. */
async function proxy(password: string, own?: string) {
	const tunnels: string[] = [];
	const sockets = new Set<unknown>();
	const server = createServer();
	server.on("connection", (socket) => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket));
	});
	server.on("connect", (request, socket) => {
		if (own !== undefined) {
			socket.on("error", () => undefined);
			if (own !== "") socket.end(own);
			else socket.on("end", () => socket.end()).resume();
			return;
		}
		const expected = `Basic ${Buffer.from(`me:${password}`).toString("base64")}`;
		if (request.headers["proxy-authorization"] !== expected) {
			socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
			return;
		}
		tunnels.push(request.url ?? "");
		const [host = "", port] = (request.url ?? "").split(":");
		const upstream = connect(Number(port), host, () => {
			socket.write("HTTP/1.1 200 OK\r\n\r\n");
			upstream.pipe(socket).pipe(upstream);
		});
		for (const one of [upstream, socket]) one.on("error", () => undefined);
		socket.on("close", () => upstream.destroy());
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	open.push({ close: () => server.close() });
	const address = server.address();
	return {
		url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
		tunnels,
		sockets,
	};
}

/** How a body comes encoded when the destination is called so. */
async function encodingTo(host: string): Promise<string | undefined> {
	const server = await answering({ status: 200 });
	await posterTo(server.url.replace("127.0.0.1", host), {}).send("text");
	return server.calls[0]?.headers["content-encoding"]?.toString();
}

describe("httpPoster", () => {
	it("[sinks.http_body] sends the bytes as they are, compressed or not", async () => {
		for (const gzip of [true, false]) {
			const server = await answering({ status: 200, headers: { etag: "e" }, body: "fine" });
			const text = `{"é":"${"x".repeat(5000)}"}\n`;
			const answer = await posterTo(server.url, { gzip }).send(text);
			expect(answer).toMatchObject({ status: 200, headers: { etag: "e" }, body: "fine" });
			expect(answer.retryAfterMs).toBeUndefined();
			expect(server.calls[0]?.body.toString()).toBe(text);
			expect(server.calls[0]?.headers["content-encoding"]).toBe(gzip ? "gzip" : undefined);
			expect(Number(server.calls[0]?.headers["content-length"]) < 500).toBe(gzip);
		}
	});

	it("[sinks.http_body] compresses unless told otherwise, but not to this machine itself", async () => {
		expect(await encodingTo("127.0.0.1")).toBe(undefined);
		expect(await encodingTo("localhost")).toBe(undefined);
		// An address like any other, though it ends here, too.
		expect(await encodingTo("0.0.0.0")).toBe("gzip");
	});

	it("[sinks.http_deadline] gives up on a silent destination in time, and at once when called off", async () => {
		const server = await answering("hang");
		const poster = posterTo(server.url, { timeoutMs: 60 });
		const started = Date.now();
		expect((await failure(poster.send())).code).toBe("request_timeout");
		expect(Date.now() - started).toBeLessThan(1000);
		const calling = new AbortController();
		const sent = failure(posterTo(server.url).send("x", calling.signal));
		calling.abort();
		expect((await sent).code).toBe("aborted");
		expect((await failure(poster.send("x", AbortSignal.abort()))).code).toBe("aborted");
	});

	it("[sinks.http_failures] says what kept a request from being answered", async () => {
		const cut = await answering("cut");
		const half = await answering("cut the answer");
		const gone = await answering({ status: 200 });
		await gone.close();
		open.pop();
		for (const [url, code] of [
			[cut.url, "connection_failed"],
			[half.url, "connection_failed"],
			[gone.url, "connection_failed"],
			["http://does-not-exist.invalid", "name_not_found"],
		] as const) {
			const error = await failure(posterTo(url).send());
			expect([error.code, error.verdict, error.cause instanceof Error]).toEqual([
				code,
				"retry",
				true,
			]);
			expect(error.message).toContain(url);
		}
		const huge = await answering({ status: 200, body: "x".repeat(17 * 1024 * 1024) });
		expect((await failure(posterTo(huge.url).send())).code).toBe("answer_too_large");
		const closed = posterTo(cut.url);
		closed.close();
		expect((await failure(closed.send())).code).toBe("closed");
	});

	it("[sinks.http_proxy] a proxy that says yes and has not connected gives no answer either", async () => {
		const server = await answering({ status: 204 });
		const through = await proxy("", "HTTP/1.1 200 Own\r\ncontent-length: 0\r\n\r\n");
		const poster = posterTo(server.url, { proxy: { url: through.url } });
		expect((await failure(poster.send())).verdict).not.toBe("reject");
		expect(server.calls).toEqual([]);
	});

	it.each([
		[202, "proxy_refused", "retry"],
		[204, "proxy_refused", "retry"],
		[302, "proxy_refused", "retry"],
		[403, "proxy_refused", "retry"],
		[407, "proxy_unauthorized", "hold"],
		[413, "proxy_refused", "retry"],
		[502, "proxy_refused", "retry"],
	] as const)(
		"[sinks.http_proxy] a proxy's own answer %i is never the destination's",
		async (status, code, verdict) => {
			const server = await answering({ status: 204 });
			const through = await proxy("", `HTTP/1.1 ${status} Own\r\ncontent-length: 0\r\n\r\n`);
			const poster = posterTo(server.url, { proxy: { url: through.url } });
			const error = await failure(poster.send());
			expect([error.code, error.verdict]).toEqual([code, verdict]);
			expect(error.message).toContain(String(status));
			expect(server.calls).toEqual([]);
		},
	);

	it("[sinks.http_proxy] a proxy that never answers keeps no connection", async () => {
		const server = await answering({ status: 204 });
		const through = await proxy("", "");
		const poster = posterTo(server.url, { proxy: { url: through.url }, timeoutMs: 50 });
		for (let times = 0; times < 3; times += 1) {
			expect((await failure(poster.send())).code).toBe("request_timeout");
		}
		await vi.waitFor(() => expect(through.sockets.size).toBe(0));
	});

	it("[sinks.http_redirect] no redirect is followed, so credentials go nowhere else", async () => {
		const elsewhere = await answering({ status: 200 });
		for (const status of [301, 302, 303, 307, 308]) {
			const server = await answering({ status, headers: { location: elsewhere.url } });
			const answer = await posterTo(server.url, { auth: { bearer: "hunter2" } }).send();
			expect(answer.status).toBe(status);
		}
		expect(elsewhere.calls).toEqual([]);
	});

	it("[sinks.http_tls] trusts the authority given and shows its client certificate; the wrong ones hold", async () => {
		const { ca, server: pair, client } = certificates();
		const strict = { ...pair, ca, requestCert: true, rejectUnauthorized: true };
		const server = await answering({ status: 200 }, strict);
		const folder = mkdtempSync(join(tmpdir(), "tls-"));
		const file = (name: string, text: string) => {
			writeFileSync(join(folder, name), text);
			return { file: join(folder, name) };
		};
		try {
			const key = file("client.key", client.key);
			const tls = { ca: file("ca.pem", ca), cert: file("client.pem", client.cert), key };
			expect((await posterTo(server.url, { tls }).send()).status).toBe(200);
			const untrusted = await failure(posterTo(server.url).send());
			expect([untrusted.code, untrusted.verdict]).toEqual(["tls_failed", "hold"]);
			const wrongName = { ...tls, serverName: "other.example.com" };
			expect((await failure(posterTo(server.url, { tls: wrongName }).send())).code).toBe(
				"tls_failed",
			);
			const anonymous = await failure(posterTo(server.url, { tls: { ca } }).send());
			expect(["tls_failed", "connection_failed"]).toContain(anonymous.code);
			// A renewed certificate is read after a failed handshake, without a restart.
			const late = posterTo(server.url, { tls: { ...tls, ca: file("late.pem", client.cert) } });
			expect((await failure(late.send())).code).toBe("tls_failed");
			file("late.pem", ca);
			expect((await late.send()).status).toBe(200);
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	});

	it("[sinks.http_proxy] goes through a proxy, TLS end to end; refused proxy credentials hold", async () => {
		const { ca, server: pair } = certificates();
		const secure = await answering({ status: 200 }, pair);
		const plain = await answering({ status: 200 });
		const through = await proxy("hunter2");
		const asked = (password: string) => ({ url: through.url, username: "me", password });
		for (const server of [secure, plain]) {
			const right = posterTo(server.url, { proxy: asked("hunter2"), tls: { ca } });
			expect((await right.send()).status).toBe(200);
			expect(server.calls[0]?.headers["proxy-authorization"]).toBeUndefined();
			const wrong = posterTo(server.url, { proxy: asked("hunter3"), tls: { ca } });
			expect((await failure(wrong.send())).code).toBe("proxy_unauthorized");
		}
		// Whatever the environment says, and whoever is in between.
		vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
		for (const proxied of [{}, { proxy: asked("hunter2") }]) {
			for (const tls of [{}, { ca, serverName: "other.example.com" }]) {
				const error = await failure(posterTo(secure.url, { ...proxied, tls }).send());
				expect([error.code, error.verdict]).toEqual(["tls_failed", "hold"]);
			}
		}
		expect(secure.calls).toHaveLength(1);
		expect([...new Set(through.tunnels)]).toEqual(
			[secure, plain].map(({ url }) => new URL(url).host),
		);
	});

	it("[sinks.http_secrets] reads secrets from the environment or a file for each request", async () => {
		const server = await answering({ status: 200 });
		vi.stubEnv("TEST_SECRET", "first");
		const folder = mkdtempSync(join(tmpdir(), "secret-"));
		const file = join(folder, "token");
		try {
			writeFileSync(file, "filed\n");
			const fromEnv = posterTo(server.url, { auth: { apiKey: { env: "TEST_SECRET" } } });
			await fromEnv.send();
			vi.stubEnv("TEST_SECRET", "second");
			await fromEnv.send();
			await posterTo(server.url, { auth: { username: "u", password: { file } } }).send();
			expect(server.calls.map(({ headers }) => headers.authorization)).toEqual([
				"ApiKey first",
				"ApiKey second",
				`Basic ${Buffer.from("u:filed").toString("base64")}`,
			]);
			for (const [bearer, place] of [
				[{ env: "TEST_MISSING" }, "TEST_MISSING"],
				[{ file: join(folder, "none") }, "ENOENT"],
			] as const) {
				const error = await failure(posterTo(server.url, { auth: { bearer } }).send());
				expect([error.code, error.verdict]).toEqual(["secret_unreadable", "hold"]);
				expect(error.message).toContain(place);
			}
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	});
});

const said = (error: unknown) =>
	`${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)}`;

describe("secrets", () => {
	const canary = 'canary/4f9c+"e1=\\';
	const plain = [
		canary,
		encodeURIComponent(canary),
		JSON.stringify(canary).slice(1, -1),
		Buffer.from(canary).toString("base64"),
	];
	const pair = Buffer.from(`user:${canary}`).toString("base64");
	const auths: readonly HttpAuth[] = [
		{ apiKey: canary },
		{ bearer: canary },
		{ username: "user", password: canary },
	];

	it.each(auths)(
		"[sinks.http_canary] no secret of %o is in any error or log, whatever the server echoes",
		async (auth) => {
			const output = [vi.spyOn(process.stderr, "write"), vi.spyOn(process.stdout, "write")];
			const forms = "username" in auth ? [...plain, pair] : plain;
			const echo = `you sent ${forms.join(" and ")}`;
			const errors: SinkError[] = [];
			for (const reply of ["cut", "cut the answer", "hang"] as const) {
				const server = await answering(reply);
				errors.push(await failure(posterTo(server.url, { auth, timeoutMs: 40 }).send()));
			}
			const server = await answering({ status: 401, body: echo });
			const poster = posterTo(server.url, { auth });
			const { status, body } = await poster.send();
			errors.push(
				poster.fault("unauthorized", { status, said: body }),
				poster.failure("x", "hold", body),
			);
			const dead = posterTo("http://127.0.0.1:1", { auth });
			errors.push(await failure(dead.send()));
			for (const error of errors) {
				for (const form of forms) expect(said(error)).not.toContain(form);
			}
			expect(said(errors.at(-2))).toContain("[secret]");
			for (const spy of output) {
				expect(JSON.stringify(spy.mock.calls)).not.toContain("canary");
				spy.mockRestore();
			}
		},
	);

	it("[sinks.http_canary] nor is one posted as a form, or read long ago", async () => {
		const poster = posterTo("http://127.0.0.1:1");
		const secret = "canary ~4f9c'!";
		await poster.secrets.read(secret, "clientSecret");
		const form = new URLSearchParams({ secret }).toString();
		expect(poster.fault("unauthorized", { said: `you sent ${form}` }).message).toContain(
			"you sent secret=[secret]",
		);
		// A token is renewed each hour; a proxy's password is read once for each connection.
		for (let hour = 0; hour < 100; hour += 1) poster.secrets.hide(`token-${hour}`);
		expect(poster.fault("unauthorized", { said: secret }).message).not.toContain("canary");
		for (let at = 0; at < 40; at += 1) await poster.secrets.read(`canary-${at}`, `headers.${at}`);
		const echo = Array.from({ length: 40 }, (_, at) => `<canary-${at}>`).join("");
		expect(poster.quote(echo)).not.toContain("canary");
		// Whatever is cut is cut behind what is hidden.
		expect(poster.quote(`${"x".repeat(295)}${secret}`)).not.toContain("can");
		expect(poster.secrets.scrub(poster.secrets.hide("\ud800"))).toBe("[secret]");
		poster.close();
	});

	it("[sinks.http_canary] nor is one that cannot stand in a header, or the path of a URL", async () => {
		const server: ContractServer = await answering({ status: 200 });
		const auth = { bearer: "canary\u0000\nX-Other: canary" };
		const error = await failure(posterTo(`${server.url}/canary-path`, { auth }).send());
		expect([error.code, error.verdict]).toEqual(["secret_unreadable", "hold"]);
		expect(said(error)).not.toContain("canary");
		expect(server.calls).toEqual([]);
	});
});
