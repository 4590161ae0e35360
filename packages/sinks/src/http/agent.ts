import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { isIP, type Socket } from "node:net";
import { checkServerIdentity, connect, type ConnectionOptions } from "node:tls";
import { callbackify } from "node:util";
import { basic } from "./auth.ts";
import type { HttpProxyOptions, HttpTlsOptions } from "./http-options.ts";
import { readTls } from "./read-tls.ts";
import type { Secrets } from "./secrets.ts";
import { tunnel } from "./tunnel.ts";

/** Connections to one destination, with what they are made of. */
export interface Connections {
	readonly agent: HttpAgent;
	readonly tls: ConnectionOptions;
}

const MAX_SOCKETS = 8;
const DEFAULT_TIMEOUT_MS = 15_000;

/** Opens connections that are kept alive, through the proxy if there is one. */
export async function connections(
	url: URL,
	options: {
		readonly tls?: HttpTlsOptions;
		readonly proxy?: HttpProxyOptions;
		readonly timeoutMs?: number;
	},
	secrets: Secrets,
): Promise<Connections> {
	const read = await readTls(options.tls, secrets);
	const { proxy, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
	const through = proxy !== undefined && options.tls?.serverName === undefined;
	const tls = through ? { ...read, ...identity(url) } : read;
	const secure = url.protocol === "https:";
	const kept = { keepAlive: true, maxSockets: MAX_SOCKETS };
	const agent = secure ? new HttpsAgent({ ...kept, ...tls }) : new HttpAgent(kept);
	if (proxy === undefined) return { agent, tls };

	const { username, password } = proxy;
	const headers =
		username === undefined || password === undefined
			? {}
			: { "Proxy-Authorization": await basic(username, password, "proxy.password", secrets) };
	const { ca, rejectUnauthorized } = read;
	const asked = {
		proxy: new URL(proxy.url),
		headers,
		tls: { rejectUnauthorized, ...(ca === undefined ? {} : { ca }) },
		timeoutMs,
	};
	const host = addressOf(url);
	const port = Number(url.port) || (secure ? 443 : 80);
	const named = isIP(host) === 0 ? { servername: host } : {};
	const connected = async (): Promise<Socket> => {
		const socket = await tunnel(host, port, asked);
		return secure ? connect({ ALPNProtocols: ["http/1.1"], ...named, ...tls, socket }) : socket;
	};
	agent.createConnection = (_, done) => {
		if (done !== undefined) callbackify(connected)(done);
		return undefined;
	};
	return { agent, tls };
}

/** Through a tunnel Node would look for `localhost` in the certificate of an address. */
function identity(url: URL): ConnectionOptions {
	const address = addressOf(url);
	return isIP(address) === 0
		? {}
		: { checkServerIdentity: (_, certificate) => checkServerIdentity(address, certificate) };
}

/** Without the brackets of an IPv6 address. */
const addressOf = ({ hostname }: URL): string => hostname.replaceAll(/^\[|\]$/gu, "");
