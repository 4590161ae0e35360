import { X509Certificate } from "node:crypto";
import {
	connect,
	createSecureServer,
	type Http2ServerRequest,
	type Http2ServerResponse,
} from "node:http2";
import { Agent, createServer, request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { Readable } from "node:stream";
import type { InstrumentationOptions } from "@mcp-trail/mcp";
import { httpEdge } from "@mcp-trail/mcp/http";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { certificates, type Pair } from "../../packages/sinks/src/http/testing/certificates.ts";
import { reaching, served, type Listener } from "./http-pair.ts";
import { as, fakeAudit, generations, modern, type Generation } from "./support.ts";

let made: ReturnType<typeof certificates>;
let stranger: ReturnType<typeof certificates>;
beforeAll(() => {
	made = certificates();
	stranger = certificates();
});

const close: (() => unknown)[] = [];
afterEach(async () => {
	for (const one of close.splice(0).toReversed()) await one();
});

const thumbprint = ({ cert }: Pair): string =>
	Buffer.from(new X509Certificate(cert).fingerprint256.replaceAll(":", ""), "hex").toString(
		"base64url",
	);

/** Takes any client certificate, or none: what is good of them is the server's to say. */
const tls = (): object => ({
	...made.server,
	ca: made.ca,
	requestCert: true,
	rejectUnauthorized: false,
});

async function listening(server: Server): Promise<URL> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	close.push(() => {
		server.closeAllConnections?.();
		return new Promise((resolve) => server.close(resolve));
	});
	return new URL(`https://127.0.0.1:${as<AddressInfo>(server.address()).port}/mcp`);
}

/** A `fetch` over connections that show a certificate. */
function showing(pair: Pair | undefined): typeof fetch {
	const agent = new Agent({ ...pair, ca: made.ca, keepAlive: true });
	close.push(() => agent.destroy());
	return (url, init) =>
		new Promise((resolve, reject) => {
			const headers = Object.fromEntries(new Headers(init?.headers));
			const { method = "GET", body, signal } = init ?? {};
			const asked = httpsRequest(as(url), { agent, method, headers }, (answer) => {
				const { statusCode: status = 0 } = answer;
				const isEmpty = status === 202 || status === 204;
				if (isEmpty) answer.resume();
				resolve(
					new Response(isEmpty ? null : as(Readable.toWeb(answer)), {
						status: isEmpty ? 202 : status,
						headers: as(answer.headers),
					}),
				);
			});
			asked.on("error", reject);
			signal?.addEventListener("abort", () => asked.destroy());
			asked.end(body);
		});
}

/** What one call over TLS leaves of who asked. */
async function called(
	generation: Generation,
	pair: Pair | undefined,
	more: {
		readonly cnf?: object;
		readonly headers?: object;
		readonly identify?: InstrumentationOptions["identify"];
		readonly principals?: "digest";
	} = {},
) {
	const { cnf, headers = {}, identify, principals } = more;
	const fake = fakeAudit();
	const audit = { ...fake, policy: { ...fake.policy, ...(principals && { principals }) } };
	const server = await served(generation, { audit, ...(identify && { identify }) });
	close.push(server.close);
	const auth = {
		token: "TOKEN",
		clientId: "desk",
		scopes: [],
		extra: { iss: "https://idp.example", sub: "00u1", cnf },
	};
	const take: Listener = (request, response) =>
		server.take(cnf === undefined ? request : Object.assign(request, { auth }), response);
	// A transport of node:http holds the socket itself; of a web handler the edge does.
	const listener = generation === modern ? httpEdge({ audit }).listener(take) : take;
	const url = await listening(
		as(createServer(tls(), (request, response) => void listener(request, response))),
	);
	const client = new generation.Client({ name: "probe", version: "2.0.0" });
	const requestInit = { headers };
	await client.connect(as(reaching(generation, url, { fetch: showing(pair), requestInit })));
	close.push(() => client.close());
	for (const text of ["one", "two"])
		await generation.callTool(client, { name: "echo", arguments: { text } });
	const [first, second] = fake.outcomes("tools/call");
	expect(first?.actor).toEqual(second?.actor);
	const { principal, auth: how } = first?.actor ?? {};
	return { principal, how, audit: fake };
}

const ANONYMOUS = { type: "anonymous", assurance: "none", source: "none" };
const CHECKED = {
	type: "unknown",
	id: "CN=client",
	issuer: "CN=test",
	assurance: "verified",
	source: "client_certificate",
};

describe.each([...generations, modern])("[honest.client_certificate] $name", (generation) => {
	it("names who showed a certificate that TLS found good", async () => {
		const { principal, how } = await called(generation, made.client);
		expect(principal).toEqual(CHECKED);
		expect(how).toEqual({ scheme: "mtls", key_thumbprint: thumbprint(made.client) });
	});

	it("believes no certificate that nobody found good, and needs none", async () => {
		for (const pair of [undefined, stranger.client]) {
			const { principal, how } = await called(generation, pair);
			expect(principal).toEqual(ANONYMOUS);
			expect(how).toEqual({ scheme: "none" });
		}
	});

	it("holds a token's binding against the certificate that came with it", async () => {
		const own = thumbprint(made.client);
		const other = thumbprint(made.elsewhere);
		const cases = [
			[made.client, own, { binding: "mtls", key_thumbprint: own }],
			[made.client, other, { binding: "none", key_thumbprint: own }],
			// Where TLS ends elsewhere only the verifier has seen the certificate.
			[undefined, other, { binding: "mtls", key_thumbprint: other }],
			[made.client, undefined, { key_thumbprint: own }],
		] as const;
		for (const [pair, bound, expected] of cases) {
			const cnf = bound === undefined ? {} : { "x5t#S256": bound };
			const headers = { authorization: "Bearer TOKEN" };
			const { principal, how } = await called(generation, pair, { cnf, headers });
			expect(principal).toMatchObject({ id: "00u1", source: "access_token" });
			const { binding, key_thumbprint } = how ?? {};
			expect({ ...(binding && { binding }), key_thumbprint }).toEqual(expected);
			expect(how?.scheme).toBe("bearer");
		}
	});

	it("puts the application's name before it, and adds what else the application says", async () => {
		const named = await called(generation, made.client, { identify: () => ({ id: "u-17" }) });
		expect(named.principal).toMatchObject({ id: "u-17", assurance: "asserted" });
		expect(named.how).toEqual({ scheme: "mtls", key_thumbprint: thumbprint(made.client) });
		const beside = await called(generation, made.client, {
			identify: () => ({ type: "service", tenant: "acme" }),
		});
		expect(beside.principal).toEqual({ ...CHECKED, type: "service", tenant: "acme" });
	});

	it("keeps its name as a digest where the policy says so", async () => {
		const { principal, audit } = await called(generation, made.client, { principals: "digest" });
		expect(principal).not.toHaveProperty("id");
		expect(principal?.id_digest).toBe(audit.digester.digest("principal", "CN=client"));
	});
});

describe("[honest.client_certificate] an HTTP edge", () => {
	it("names who was refused, over HTTP/1.1 and HTTP/2", async () => {
		const audit = fakeAudit();
		const edge = httpEdge({ audit });
		const listener = edge.listener(
			(_request: Http2ServerRequest, response: Http2ServerResponse) => {
				response.writeHead(403).end();
			},
		);
		const server = createSecureServer({ ...tls(), allowHTTP1: true }, listener);
		const url = await listening(as(server));
		const headers = { "mcp-method": "tools/call" };
		await showing(made.client)(url, { method: "POST", headers, body: "{}" });
		const session = connect(url.origin, { ca: made.ca, ...made.client });
		close.push(() => session.destroy());
		const stream = session.request({ ":path": "/mcp", ":method": "POST", "mcp-method": "ping" });
		stream.end("{}");
		await new Promise((resolve) => stream.resume().once("close", resolve));
		edge.flush();
		expect(audit.events.map(({ actor }) => [actor?.principal, actor?.auth])).toEqual([
			[CHECKED, { scheme: "mtls", key_thumbprint: thumbprint(made.client) }],
			[CHECKED, { scheme: "mtls", key_thumbprint: thumbprint(made.client) }],
		]);
	});
});
