import { BlockList, isIP } from "node:net";

/** Whose word on the client's address is taken. */
export interface TrustedHops {
	/**
	 * Proxies whose word is taken: their addresses and networks (`10.0.0.0/8`), or how many of them every request
	 * passes. @default none: the address is the connection's
	 */
	readonly trustedProxies?: readonly string[] | number;
	/** The one header that those proxies write; a header they do not write is the client's own. @default "x-forwarded-for" */
	readonly forwardedHeader?: "forwarded" | "x-forwarded-for";
}

/** Where a request came from, as far as it is known. */
interface ClientAddress {
	readonly client_address?: string;
	readonly client_port?: number;
	readonly forwarded?: boolean;
}

/** Reads the client's address of one request. */
export type ClientAddressReader = (
	remote: { readonly address: string | undefined; readonly port: number | undefined },
	header: (name: string) => string | undefined,
) => ClientAddress;

const MAX_LENGTH = 4096;
const MAX_HOPS = 32;
const MAX_REMEMBERED = 256;
const MAPPED = "::ffff:";
const BRACKETED = /^\[([^\]]*)\](?::[\w.-]*)?$/;

/** An IP address alone: without port, brackets and zone, IPv4 as itself. */
function plain(text: string | undefined): string | undefined {
	if (text === undefined) return undefined;
	let address = text.trim();
	if (address.startsWith("[")) address = BRACKETED.exec(address)?.[1] ?? "";
	else if (address.split(":").length === 2) address = address.slice(0, address.indexOf(":"));
	const zone = address.indexOf("%");
	if (zone !== -1) address = address.slice(0, zone);
	const mapped = address.toLowerCase().startsWith(MAPPED) ? address.slice(MAPPED.length) : "";
	if (isIP(mapped) === 4) return mapped;
	return isIP(address) === 0 ? undefined : address.toLowerCase();
}

function isEscaped(text: string, index: number): boolean {
	let start = index;
	while (text[start - 1] === "\\") start--;
	return (index - start) % 2 === 1;
}

/** Splits outside quotes, the last part first: proxies write on the right, where a client's open quote takes nothing. */
function split(text: string, separator: string): readonly string[] {
	const parts: string[] = [];
	let end = text.length;
	let isQuoted = false;
	for (let index = text.length - 1; index >= 0; index--) {
		if (text[index] === '"' && !isEscaped(text, index)) isQuoted = !isQuoted;
		if (isQuoted || text[index] !== separator) continue;
		parts.push(text.slice(index + 1, end));
		end = index;
	}
	parts.push(text.slice(0, end));
	return parts;
}

/** The `for` of one element of `Forwarded` (RFC 7239). */
function forOf(element: string): string {
	for (const pair of split(element, ";")) {
		const [name = "", value = ""] = pair.split("=", 2);
		if (name.trim().toLowerCase() === "for") return value.trim().replaceAll('"', "");
	}
	return "";
}

/** What each hop said, the nearest first. */
function saidBy(value: string, isStandard: boolean): readonly string[] {
	const end = value.slice(-MAX_LENGTH);
	const parts = isStandard ? split(end, ",") : end.split(",").toReversed();
	// Half an address may read as another one.
	const whole = value.length > MAX_LENGTH ? parts.slice(0, -1) : parts;
	const nearest = whole.slice(0, MAX_HOPS);
	return isStandard ? nearest.map(forOf) : nearest;
}

/** Remembers the last answers: asking a `BlockList` takes microseconds, and few addresses ask often. */
function remembered(check: (address: string) => boolean): (address: string) => boolean {
	const known = new Map<string, boolean>();
	return (address) => {
		const found = known.get(address);
		if (found !== undefined) return found;
		const answer = check(address);
		if (known.size >= MAX_REMEMBERED) known.clear();
		known.set(address, answer);
		return answer;
	};
}

function listed(proxies: readonly string[]): (address: string | undefined) => boolean {
	if (proxies.length === 0) return () => false;
	const list = new BlockList();
	for (const [index, proxy] of proxies.entries()) {
		const [address = "", bits, ...more] = proxy.split("/");
		const family = isIP(address);
		const prefix = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
		const isPrefix =
			Number.isSafeInteger(prefix) && prefix >= 0 && prefix <= (family === 4 ? 32 : 128);
		if (family === 0 || bits === "" || more.length > 0 || !isPrefix)
			throw new TypeError(
				`trustedProxies[${index}] is ${JSON.stringify(proxy)}; give an IP address or a network such as "10.0.0.0/8".`,
			);
		list.addSubnet(address, prefix, family === 4 ? "ipv4" : "ipv6");
	}
	const isListed = remembered((address) =>
		list.check(address, isIP(address) === 4 ? "ipv4" : "ipv6"),
	);
	return (address) => address !== undefined && isListed(address);
}

function counted(hops: number): (address: string | undefined, hop: number) => boolean {
	if (!Number.isSafeInteger(hops) || hops < 0 || hops > MAX_HOPS)
		throw new TypeError(
			`trustedProxies is ${hops}; give how many proxies every request passes, 0..${MAX_HOPS}.`,
		);
	return (_address, hop) => hop < hops;
}

/** Makes the one reader of client addresses; throws a TypeError that names what in the options is wrong. */
export function clientAddressReader(options: TrustedHops): ClientAddressReader {
	const { trustedProxies = [], forwardedHeader = "x-forwarded-for" } = options;
	const isTrusted =
		typeof trustedProxies === "number" ? counted(trustedProxies) : listed(trustedProxies);
	const isStandard = forwardedHeader === "forwarded";
	return (remote, header) => {
		let address = plain(remote.address);
		let hops = 0;
		if (isTrusted(address, 0)) {
			for (const said of saidBy(header(forwardedHeader) ?? "", isStandard)) {
				// A hop that says no address ends what can be known: the nearest known one stands.
				const next = isTrusted(address, hops) ? plain(said) : undefined;
				if (next === undefined) break;
				address = next;
				hops++;
			}
		}
		if (address === undefined) return {};
		if (hops > 0) return { client_address: address, forwarded: true };
		return remote.port === undefined
			? { client_address: address }
			: { client_address: address, client_port: remote.port };
	};
}
