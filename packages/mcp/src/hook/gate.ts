import type { Ending, Refusal } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import type { Entry } from "./exchanges.ts";
import type { OnFault } from "./watch.ts";

type Admit = Refusal | Promise<Refusal | undefined>;
type End = (entry: Entry, how: Ending["how"], more?: Partial<Ending>) => void;

/** Where requests wait until they may go on (strict mode). */
export interface Gate {
	/** What the observations of a request ask for; absent = it goes on, synchronously. */
	of(entry: Entry): readonly Admit[] | undefined;
	/** Holds a request; it goes on only if it is still open when everybody has admitted it. */
	hold(entry: Entry, admit: readonly Admit[], go: () => unknown, end: End): unknown;
	/** Tells the sender of a held request that was given up. */
	drop(entry: Entry): void;
}

/** An admission that fails is a refusal: strict mode is there to fail closed. */
const NOT_RECORDED: Refusal = {
	code: -32603,
	message: "The request could not be recorded and was not carried out",
	reason: "not_recorded",
};

/** Thrown to the caller of an outbound request that was refused. */
function refusedError(refusal: Refusal): Error {
	return Object.assign(new Error(refusal.message), { code: refusal.code });
}

/** The answer to a request that is refused. */
function frameOf(entry: Entry, { code, message, data }: Refusal): JsonObject {
	const error = data === undefined ? { code, message } : { code, message, data };
	return { jsonrpc: "2.0", id: entry.exchange.id, error };
}

/** Makes the gate of one transport; `reply` sends a frame to the peer past all observers. */
export function admission(reply: (message: unknown) => unknown, onFault: OnFault): Gate {
	function answer(frame: JsonObject): void {
		Promise.resolve()
			.then(() => reply(frame))
			.catch(onFault);
	}

	function refuse(entry: Entry, refusal: Refusal, end: End): void {
		const { reason } = refusal;
		if (!entry.exchange.inbound) return end(entry, "refused", { reason, entered: false });
		const response = frameOf(entry, refusal);
		end(entry, "refused", { reason, entered: false, response });
		answer(response);
	}

	async function decide(admit: readonly Admit[]): Promise<Refusal | undefined> {
		try {
			for (const one of await Promise.all(admit.map(async (asked) => asked)))
				if (one !== undefined) return one;
			return undefined;
		} catch (error) {
			onFault(error);
			return NOT_RECORDED;
		}
	}

	async function wait(
		entry: Entry,
		admit: readonly Admit[],
		go: () => unknown,
		end: End,
	): Promise<unknown> {
		const refusal = await decide(admit);
		if (entry.gone) {
			if (entry.exchange.inbound) return undefined;
			throw refusedError({
				...NOT_RECORDED,
				message: "The request was given up while it was held",
			});
		}
		entry.held = refusal !== undefined;
		if (refusal === undefined) return go();
		refuse(entry, refusal, end);
		if (entry.exchange.inbound) return undefined;
		throw refusedError(refusal);
	}

	return {
		of(entry) {
			let asked: Admit[] | undefined;
			for (const { admit } of entry.observations)
				if (admit !== undefined) (asked ??= []).push(admit);
			return asked;
		},
		hold(entry, admit, go, end) {
			entry.held = true;
			const held = wait(entry, admit, go, end);
			if (!entry.exchange.inbound) return held;
			held.catch(onFault);
			return undefined;
		},
		drop: (entry) => {
			if (entry.exchange.inbound) answer(frameOf(entry, NOT_RECORDED));
		},
	};
}
