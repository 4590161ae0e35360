import { isCallback, member, override } from "../hook/loose.ts";
import { askedOfNode } from "./asked.ts";
import type { EdgeCore, WatchedExchange } from "./edge-core.ts";
import type { WatchedStream } from "./listen.ts";
import { isReadable, MAX_PEEK_BYTES, peek } from "./peek.ts";

type Headers = Record<string, string | undefined>;

const NAMES = ["www-authenticate", "content-type", "content-encoding"];

const joined = (value: unknown): string | undefined => {
	if (Array.isArray(value)) return value.filter((one) => typeof one === "string").join(", ");
	return typeof value === "string" ? value : undefined;
};

/** Takes headers as `writeHead` takes them: an object, pairs, or names and values in turn. */
function takeHeaders(given: unknown, into: Headers): void {
	if (typeof given !== "object" || given === null) return;
	const take = (name: unknown, value: unknown): void => {
		const known = typeof name === "string" ? name.toLowerCase() : "";
		if (NAMES.includes(known)) into[known] = joined(value);
	};
	if (!Array.isArray(given)) {
		for (const name of Object.keys(given)) take(name, member(given, name));
		return;
	}
	if (Array.isArray(given[0])) {
		for (const pair of given) take(member(pair, 0), member(pair, 1));
		return;
	}
	for (let index = 0; index + 1 < given.length; index += 2) take(given[index], given[index + 1]);
}

/** Of a stream all is looked at, and nothing kept. */
function pass(stream: WatchedStream | undefined, chunk: unknown, encoding: unknown): void {
	if (chunk instanceof Uint8Array) stream?.see(chunk);
	else if (typeof chunk === "string") {
		const known = typeof encoding === "string" && Buffer.isEncoding(encoding) ? encoding : "utf8";
		stream?.see(Buffer.from(chunk, known));
	}
}

function bytesOf(chunk: unknown, encoding: unknown): Uint8Array | undefined {
	if (chunk instanceof Uint8Array) return chunk;
	if (typeof chunk !== "string") return undefined;
	const known = typeof encoding === "string" && Buffer.isEncoding(encoding) ? encoding : "utf8";
	return Buffer.from(chunk.slice(0, MAX_PEEK_BYTES + 1), known);
}

/** Watches one exchange of `node:http` while `inside` handles it; what is written to the response stays as it is. */
export function watchNode<R>(
	edge: EdgeCore,
	request: object,
	response: object,
	inside: () => R,
): R {
	const exchange = edge.watch(() => askedOfNode(request));
	if (exchange === undefined) return inside();
	attend(edge, exchange, request, response);
	return exchange.run(inside);
}

/** Looks at what is written to the response of an exchange, and records it where it is a refusal. */
export function attend(
	edge: EdgeCore,
	exchange: WatchedExchange,
	request: object,
	response: object,
): void {
	const headers: Headers = {};
	const body = peek();
	let isHeadWritten = false;
	let isEnding = false;
	let stream: WatchedStream | undefined;

	const note = (status: unknown, rest: readonly unknown[]): void => {
		isHeadWritten = true;
		if (!(Number(status) >= 400) && status !== 200) return;
		const get = member(response, "getHeader");
		if (isCallback(get))
			for (const name of NAMES) headers[name] ??= joined(Reflect.apply(get, response, [name]));
		for (const one of rest) takeHeaders(one, headers);
		if (status === 200)
			stream ??= exchange.listening(status, headers["content-type"], headers["content-encoding"]);
	};
	const settle = (): void => {
		exchange.over();
		stream?.ended();
		// A peer that left before there was an answer was refused nothing.
		if (!isHeadWritten && member(response, "headersSent") !== true) return;
		const status = Number(member(response, "statusCode"));
		if (!exchange.isOurs(status)) return;
		if (!isHeadWritten) note(status, []);
		const isText = isReadable(headers["content-type"], headers["content-encoding"]);
		exchange.ended({
			status,
			challenge: headers["www-authenticate"],
			code: isText ? body.code() : undefined,
			...(member(response, "writableFinished") === false && { delivered: false }),
		});
	};
	edge.guarded(() => {
		const emit = member(request, "emit");
		// A late body arrives in the socket's asynchronous context: its listeners belong to this exchange all the same.
		if (isCallback(emit))
			override(request, "emit", function (this: unknown, ...args) {
				return exchange.run(() => Reflect.apply(emit, this, args));
			});
		before(response, "writeHead", ([status, ...rest]) => edge.guarded(() => note(status, rest)));
		for (const key of ["write", "end"])
			before(response, key, ([chunk, encoding]) => {
				// HTTP/2 ends by a call of its own write.
				if (key === "write" && isEnding) return;
				isEnding = key === "end";
				if (!isHeadWritten && member(response, "headersSent") !== true)
					edge.guarded(() => note(Number(member(response, "statusCode")), []));
				if (stream !== undefined) {
					edge.guarded(() => pass(stream, chunk, encoding));
					return;
				}
				if (Number(member(response, "statusCode")) < 400 || body.isFull()) return;
				const bytes = bytesOf(chunk, encoding);
				if (bytes) edge.guarded(() => body.see(bytes));
			});
		const once = member(response, "once");
		if (isCallback(once))
			for (const event of ["finish", "close"])
				Reflect.apply(once, response, [event, () => edge.guarded(settle)]);
	});
}

/** Looks at a call's arguments before the method takes them. */
function before(target: object, key: string, look: (args: readonly unknown[]) => void): void {
	const original = member(target, key);
	if (!isCallback(original)) return;
	override(target, key, function (this: unknown, ...args) {
		look(args);
		return Reflect.apply(original, this, args);
	});
}
