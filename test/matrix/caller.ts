/** How a call may end early. */
interface CallOptions {
	readonly signal?: AbortSignal;
	readonly timeoutMs?: number;
	/** Called when the tool says that it was entered. */
	readonly onBegin?: () => void;
}

/** A connected client of either SDK, as the scenarios use it. */
export interface Caller {
	tool(
		name: string,
		args: Readonly<Record<string, unknown>>,
		options?: CallOptions,
	): Promise<unknown>;
	/** A request of any method. */
	request(method: string): Promise<unknown>;
	close(): Promise<void>;
}

/** A JSON-RPC request as it left the client, seen beneath the hook. */
export interface WireRequest {
	readonly id: string;
	readonly method: string;
}

interface Sending {
	send: (message: never, options?: never) => Promise<void>;
}

/** Lists the requests that leave through a transport; to be called before anything is hooked. */
export function tap(transport: Sending): readonly WireRequest[] {
	const requests: WireRequest[] = [];
	const { send } = transport;
	Object.assign(transport, {
		send(this: unknown, ...args: Parameters<typeof send>): Promise<void> {
			const message: unknown = args[0];
			if (
				typeof message === "object" &&
				message !== null &&
				"method" in message &&
				"id" in message
			) {
				requests.push({ id: String(message.id), method: String(message.method) });
			}
			return Reflect.apply(send, this, args);
		},
	});
	return requests;
}
