import { types } from "node:util";
import { isCallback, member } from "../hook/loose.ts";
import { askedOfWeb } from "./asked.ts";
import { bodyCopy, isCopyable, type BodyCopy } from "./body-copy.ts";
import type { EdgeCore, WatchedExchange } from "./edge-core.ts";
import type { WatchedStream } from "./listen.ts";
import { isReadable, peek } from "./peek.ts";

/** A body that stalls is waited for no longer. */
const PEEK_MS = 100;

/** Reads the beginning of a copy; the answer itself goes on to the client untouched. */
async function codeIn(copy: BodyCopy | undefined): Promise<number | undefined> {
	if (copy === undefined) return undefined;
	const body = peek();
	try {
		while (!body.isFull()) {
			const part = await copy.read();
			if (part === undefined) break;
			body.see(part);
		}
		return copy.isWhole() || body.isFull() ? body.code() : undefined;
	} catch {
		return undefined;
	} finally {
		copy.release();
	}
}

const isResponse = (value: unknown): value is Response =>
	typeof member(value, "status") === "number" && isCallback(member(value, "clone"));

/** What both kinds of streams are fed by. */
interface Controller {
	/** Of a stream of bytes whose reader waits with a buffer of its own. */
	readonly byobRequest?: { respond(bytes: number): void } | null;
	enqueue(chunk: Uint8Array): void;
	close(): void;
	error(error: unknown): void;
}

/** True for a stream whose reader may bring a buffer of its own. */
function readsBytes(body: ReadableStream<Uint8Array>): boolean {
	try {
		body.getReader({ mode: "byob" }).releaseLock();
		return true;
	} catch {
		return false;
	}
}

/** The same stream, read at the pace of its reader, and shown as it passes. */
function shown(
	edge: EdgeCore,
	body: ReadableStream<Uint8Array>,
	stream: WatchedStream,
): ReadableStream<Uint8Array> {
	const isBytes = readsBytes(body);
	const reader = body.getReader();
	const ended = (): void => edge.guarded(() => stream.ended());
	async function pull(controller: Controller): Promise<void> {
		try {
			const { done, value } = await reader.read();
			if (done) {
				ended();
				controller.close();
				// Whoever waits with a buffer of his own gets it back.
				controller.byobRequest?.respond(0);
				return;
			}
			edge.guarded(() => stream.see(value));
			controller.enqueue(value);
		} catch (error) {
			ended();
			controller.error(error);
		}
	}
	function cancel(reason: unknown): Promise<void> {
		ended();
		return reader.cancel(reason);
	}
	// The chunks of a stream of bytes have left their source's buffers already: none is taken from it here.
	return isBytes
		? new ReadableStream({ type: "bytes", pull, cancel }, { highWaterMark: 0 })
		: new ReadableStream<Uint8Array>({ pull, cancel }, { highWaterMark: 0 });
}

/** Of a listen request the answer itself is watched; any other goes on as it is. */
function listened(edge: EdgeCore, exchange: WatchedExchange, response: Response): Response {
	const { status, statusText, headers, body, bodyUsed } = response;
	if (status !== 200 || body === null || bodyUsed || body.locked) return response;
	if (!isCallback(member(body, "getReader"))) return response;
	const [type, encoding] = ["content-type", "content-encoding"].map(
		(name) => headers.get(name) ?? undefined,
	);
	const stream = exchange.listening(status, type, encoding);
	if (stream === undefined) return response;
	const answer = new Response(shown(edge, body, stream), { status, statusText, headers });
	// A proxy's answer says where it came from, which no init takes.
	for (const key of ["url", "redirected", "type"]) {
		const value = member(response, key);
		if (value !== undefined && value !== member(answer, key))
			Object.defineProperty(answer, key, { value, configurable: true });
	}
	return answer;
}

/** Notes how a web handler answered; gives the answer to hand on. */
export function noteResponse<R>(
	edge: EdgeCore,
	exchange: WatchedExchange,
	response: R,
): R | Response {
	exchange.over();
	noteRefusal(edge, exchange, response);
	return (
		edge.guarded(() => (isResponse(response) ? listened(edge, exchange, response) : response)) ??
		response
	);
}

function noteRefusal(edge: EdgeCore, exchange: WatchedExchange, response: unknown): void {
	edge.guarded(() => {
		if (!isResponse(response) || !exchange.isOurs(response.status)) return;
		const { status, headers } = response;
		const header = (name: string): string | undefined => headers.get(name) ?? undefined;
		const challenge = header("www-authenticate");
		const isText = isReadable(header("content-type"), header("content-encoding"));
		if (!isText || !isCopyable(response)) {
			exchange.ended({ status, challenge, code: undefined });
			return;
		}
		void codeIn(bodyCopy(response, PEEK_MS)).then((code) =>
			exchange.ended({ status, challenge, code }),
		);
	});
}

/** Calls a web handler under watch; its answer comes back as it is, at once where it came at once. */
export function watchFetch(
	edge: EdgeCore,
	request: unknown,
	extras: unknown,
	remoteAddress: () => string | undefined,
	inside: () => unknown,
): unknown {
	if (typeof request !== "object" || request === null) return inside();
	const address = edge.guarded(remoteAddress);
	const exchange = edge.watch(() => askedOfWeb(request, extras, address));
	if (exchange === undefined) return inside();
	const threw = (): void =>
		edge.guarded(() => {
			exchange.over();
			// Gone before there was an answer: nothing was refused.
			if (member(member(request, "signal"), "aborted") !== true)
				exchange.ended({ status: undefined, challenge: undefined, code: undefined });
		});
	let answer: unknown;
	try {
		answer = exchange.run(inside);
	} catch (error) {
		threw();
		throw error;
	}
	if (!types.isPromise(answer)) return noteResponse(edge, exchange, answer);
	// The host gets what follows on it: a failure that nobody handles stays one.
	return answer.then(
		(response) => noteResponse(edge, exchange, response),
		(error: unknown) => {
			threw();
			throw error;
		},
	);
}
