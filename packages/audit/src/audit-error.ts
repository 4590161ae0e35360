import type { AuditErrorCode } from "./error-codes.ts";

/** An error of this package; recognise it by its `code`, listed in docs/errors.md. */
export class AuditError extends Error {
	readonly code: AuditErrorCode;

	constructor(code: AuditErrorCode, message: string, cause?: unknown) {
		super(message, cause === undefined ? undefined : { cause });
		this.name = "AuditError";
		this.code = code;
	}
}

/** An error that says by its `code` what it is: of this package, of a trail, or of a system. */
export type CodedError = Error & { readonly code: string };

/** True for an error with a code, by shape. */
export function isCoded(error: unknown): error is CodedError {
	return (
		typeof error === "object" &&
		error !== null &&
		typeof (error as Partial<CodedError>).code === "string"
	);
}

/** What an unknown thrown value says, in at most 512 characters; never throws. */
export function messageOf(thrown: unknown): string {
	try {
		const text =
			typeof thrown === "object" && thrown !== null && "message" in thrown
				? thrown.message
				: thrown;
		return typeof text === "string" ? text.slice(0, 512) : `a thrown ${typeof text}`;
	} catch {
		return "an error that cannot be read";
	}
}
