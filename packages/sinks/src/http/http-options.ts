import { isSecret, type Secret } from "./secrets.ts";

/** Certificates in PEM, each itself or where it is read from. */
export interface HttpTlsOptions {
	/** Authorities to trust instead of the system's. */
	readonly ca?: Secret;
	/** Client certificate; needs `key`. */
	readonly cert?: Secret;
	readonly key?: Secret;
	/** Of an encrypted `key`. */
	readonly passphrase?: Secret;
	/** Name to find in the server's certificate, where it is not the URL's. */
	readonly serverName?: string;
}

/** An HTTP proxy that is asked to CONNECT. */
export interface HttpProxyOptions {
	/** Without credentials; they go into `username` and `password`. */
	readonly url: string;
	readonly username?: string;
	readonly password?: Secret;
}

/** What every sink over HTTP takes. */
export interface HttpOptions {
	/** For an `https:` URL. @default the system's authorities, no client certificate */
	readonly tls?: HttpTlsOptions;
	/** @default none; the environment is not asked */
	readonly proxy?: HttpProxyOptions;
	/** Sends bodies compressed. @default true, to a loopback address false */
	readonly gzip?: boolean;
	/** Longest time for one request, connection and answer included, in milliseconds. @default 15_000 */
	readonly timeoutMs?: number;
}

const NAME = /^[a-z][a-z0-9_-]{0,31}$/u;

/** Says what is wrong with an option, by its path and never by its value; throws `TypeError`. */
export type Check = (good: boolean, path: string, says: string) => void;

/** Makes the check of one sink's options. */
export function optionCheck(factory: string): Check {
	return (good, path, says) => {
		if (!good) throw new TypeError(`${factory}: \`${path}\` ${says}.`);
	};
}

/** Checks what every sink takes. */
export function checkHttpOptions(check: Check, name: string, options: HttpOptions): void {
	check(NAME.test(name), "name", `must match ${NAME.source}`);
	const { tls, proxy, gzip, timeoutMs } = options;
	check(gzip === undefined || typeof gzip === "boolean", "gzip", "takes true or false");
	if (timeoutMs !== undefined) checkCount(check, "timeoutMs", timeoutMs);
	checkTls(check, tls);
	if (proxy !== undefined) {
		checkUrl(check, "proxy.url", proxy.url);
		check(proxy.password === undefined || isSecret(proxy.password), "proxy.password", SECRET);
		const pair = (proxy.username === undefined) === (proxy.password === undefined);
		check(pair, "proxy", "needs both `username` and `password`, or neither");
	}
}

/** Checks certificates: each of a form that can be read, and a key beside its certificate. */
export function checkTls(check: Check, tls: HttpTlsOptions | undefined): void {
	if (tls === undefined) return;
	for (const key of ["ca", "cert", "key", "passphrase"] as const) {
		check(tls[key] === undefined || isSecret(tls[key]), `tls.${key}`, SECRET);
	}
	const pair = (tls.cert === undefined) === (tls.key === undefined);
	check(pair, "tls", "needs both `cert` and `key`, or neither");
}

/** What an option of type {@link Secret} takes, in words. */
export const SECRET = 'takes the value, { env: "NAME" } or { file: "/path" }';

/** Checks a whole number above 0. */
export function checkCount(check: Check, path: string, value: number): void {
	check(Number.isSafeInteger(value) && value > 0, path, "takes a whole number above 0");
}

/** Reads an `http:` or `https:` URL that carries no credentials. */
export function checkUrl(check: Check, path: string, value: string): URL {
	check(typeof value === "string" && URL.canParse(value), path, "takes a URL");
	const url = new URL(value);
	check(/^https?:$/u.test(url.protocol), path, "takes an http: or https: URL");
	const open = url.username === "" && url.password === "";
	check(open, path, "takes no credentials; there is an option for them");
	check(url.hash === "", path, "takes no fragment");
	return url;
}
