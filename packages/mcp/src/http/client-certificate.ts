import type { CertificateFacts } from "../credentials.ts";
import { isCallback, member } from "../hook/loose.ts";

type Text = string | undefined;

const text = (value: unknown): Text =>
	typeof value === "string" && value !== "" ? value : undefined;

/** As Node writes alternative names: what could be taken for several is quoted as in JSON. */
const ALTERNATIVE = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)/gy;

/** The SPIFFE id of a workload, which is the only URI of its certificate (SPIFFE X.509-SVID §2). */
function spiffeOf(alternatives: string): Text {
	const uris: string[] = [];
	for (const [, kind, name = ""] of alternatives.matchAll(ALTERNATIVE))
		if (kind === "URI") uris.push(name);
	const [only] = uris;
	return uris.length === 1 && only?.startsWith("spiffe://") ? only : undefined;
}

/** One attribute a line, the widest first, becomes the text of RFC 4514. */
const nameOf = (lines: unknown): Text => text(lines)?.split("\n").toReversed().join(",");

function factsOf(certificate: unknown): CertificateFacts | undefined {
	const print = text(member(certificate, "fingerprint256"))?.replaceAll(":", "");
	if (print === undefined) return undefined;
	const id =
		spiffeOf(text(member(certificate, "subjectAltName")) ?? "") ??
		nameOf(member(certificate, "subject"));
	const issuer = nameOf(member(certificate, "issuer"));
	return {
		thumbprint: Buffer.from(print, "hex").toString("base64url"),
		...(id !== undefined && { id }),
		...(issuer !== undefined && { issuer }),
	};
}

/** A connection shows its certificate once, for all of its requests. */
const known = new WeakMap<object, CertificateFacts>();

/**
 * The client certificate of the connection that a request of `node:http` or `node:http2` came on, where TLS ended here
 * and found it good. Of one that was let in without that (`rejectUnauthorized: false`), and of a plain one, nothing.
 */
export function certificateOfNode(request: unknown): CertificateFacts | undefined {
	const socket = member(request, "socket");
	if (member(socket, "authorized") !== true) return undefined;
	// HTTP/2 makes a stand-in of the socket for each request.
	const connection = member(member(request, "stream"), "session") ?? socket;
	if (typeof connection !== "object" || connection === null) return undefined;
	const before = known.get(connection);
	if (before !== undefined) return before;
	const read = member(socket, "getPeerX509Certificate");
	const facts = isCallback(read) ? factsOf(Reflect.apply(read, socket, [])) : undefined;
	if (facts !== undefined) known.set(connection, facts);
	return facts;
}
