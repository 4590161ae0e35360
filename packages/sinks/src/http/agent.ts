import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { isIP } from "node:net";
import { checkServerIdentity, type ConnectionOptions } from "node:tls";
import { HttpsProxyAgent } from "https-proxy-agent";
import { basic } from "./auth.ts";
import type { HttpProxyOptions, HttpTlsOptions } from "./http-options.ts";
import { readTls } from "./read-tls.ts";
import type { Secrets } from "./secrets.ts";

/** Connections to one destination, with what they are made of. */
export interface Connections {
	readonly agent: HttpAgent;
	readonly tls: ConnectionOptions;
}

const MAX_SOCKETS = 8;

/** Opens connections that are kept alive, through the proxy if there is one. */
export async function connections(
	url: URL,
	options: { readonly tls?: HttpTlsOptions; readonly proxy?: HttpProxyOptions },
	secrets: Secrets,
): Promise<Connections> {
	const tls = await readTls(options.tls, secrets);
	const kept = { keepAlive: true, maxSockets: MAX_SOCKETS };
	const { proxy } = options;
	if (proxy !== undefined) {
		const { username, password } = proxy;
		const headers =
			username === undefined || password === undefined
				? {}
				: {
						"Proxy-Authorization": await basic(username, password, "proxy.password", secrets),
					};
		const ca = tls.ca === undefined ? {} : { ca: tls.ca };
		return {
			agent: new HttpsProxyAgent(proxy.url, { ...kept, ...ca, headers }),
			tls: options.tls?.serverName === undefined ? { ...tls, ...identity(url) } : tls,
		};
	}
	const agent =
		url.protocol === "https:" ? new HttpsAgent({ ...kept, ...tls }) : new HttpAgent(kept);
	return { agent, tls };
}

/** Through a tunnel Node would look for `localhost` in the certificate of an address. */
function identity({ hostname }: URL): ConnectionOptions {
	const address = hostname.replaceAll(/^\[|\]$/gu, "");
	return isIP(address) === 0
		? {}
		: { checkServerIdentity: (_, certificate) => checkServerIdentity(address, certificate) };
}
