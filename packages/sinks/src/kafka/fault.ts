/** What an error of a Kafka client says, wherever that client hides it. */
export interface Fault {
	/** Codes of the Kafka protocol, in the order found. */
	readonly brokerCodes: readonly number[];
	/** Codes of the system, of TLS or of the client, such as `ECONNREFUSED`. */
	readonly codes: readonly string[];
	/** Error names, outermost first. */
	readonly names: readonly string[];
}

/** No error is walked further than this: clients nest four deep, a cycle never ends. */
const MAX_ERRORS = 64;

interface ClientError {
	readonly name?: unknown;
	readonly message?: unknown;
	readonly code?: unknown;
	readonly type?: unknown;
	readonly apiCode?: unknown;
	readonly cause?: unknown;
	readonly errors?: unknown;
}

/**
 * Reads the codes out of an error: kafkajs keeps them in `code` or in the `cause` of an exhausted
 * retry (an unknown one only in its text), platformatic in nested `errors[].apiCode`, Confluent in
 * `code`, where negative numbers are its own.
 */
export function readFault(error: unknown): Fault {
	const brokerCodes: number[] = [];
	const codes: string[] = [];
	const names: string[] = [];
	const pending: unknown[] = [error];
	for (let at = 0; at < pending.length && at < MAX_ERRORS; at++) {
		const found = pending[at];
		if (typeof found !== "object" || found === null) continue;
		const { name, message, code, type, apiCode, cause, errors }: ClientError = found;
		const unknown = type === "KAFKAJS_UNKNOWN_ERROR_CODE" ? lastNumber(message) : undefined;
		for (const number of [unknown, apiCode, code]) {
			if (typeof number !== "number" || !Number.isInteger(number)) continue;
			if (number > 0) brokerCodes.push(number);
			else codes.push(`local_${-number}`);
		}
		if (typeof code === "string") codes.push(code);
		if (typeof name === "string") names.push(name);
		pending.push(cause);
		if (typeof errors === "object" && errors !== null) pending.push(...Object.values(errors));
	}
	return { brokerCodes, codes, names };
}

function lastNumber(text: unknown): number | undefined {
	const digits = typeof text === "string" ? /(\d+)\D*$/u.exec(text)?.[1] : undefined;
	return digits === undefined ? undefined : Number(digits);
}

/** A request that the client calls answered though the answer does not cover it. */
const INCOMPLETE_RESPONSE = "INCOMPLETE_RESPONSE";

/** The error of a request whose answer does not cover it. */
export function incompleteResponse(message: string): Error {
	return Object.assign(new Error(message), { code: INCOMPLETE_RESPONSE });
}

/** The error of a request that the client calls answered though the answer states an error. */
export function brokerCodeError(code: number): Error {
	return Object.assign(new Error(`the answer states error ${code}`), { code });
}
