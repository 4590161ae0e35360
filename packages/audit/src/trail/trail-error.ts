import type { LossCause, TrailError, TrailErrorCode } from "../trail.ts";

/** The one error class behind {@link TrailError}; recognise it by `code` and `lossCause`. */
class TrailFailure extends Error implements TrailError {
	override readonly name = "TrailError";
	readonly code: TrailErrorCode;
	readonly lossCause: LossCause;

	constructor(code: TrailErrorCode, lossCause: LossCause, message: string, cause?: unknown) {
		super(message, cause === undefined ? undefined : { cause });
		this.code = code;
		this.lossCause = lossCause;
	}
}

/** Makes the error with which an append is refused. */
export function trailError(
	code: TrailErrorCode,
	lossCause: LossCause,
	message: string,
	cause?: unknown,
): TrailError {
	return new TrailFailure(code, lossCause, message, cause);
}

/** Why a trail's folder or one of its files cannot be used. */
export type FolderErrorCode =
	| "folder_unusable"
	| "folder_insecure"
	| "folder_foreign"
	| "segment_damaged"
	| "storage_failed"
	| "ownership_lost";

/** Reported through `onError`, or thrown when a trail is opened: what is wrong in the folder, and what to do. */
export interface FolderError extends Error {
	readonly code: FolderErrorCode;
	readonly path: string;
}

class FolderFailure extends Error implements FolderError {
	override readonly name = "TrailFolderError";
	readonly code: FolderErrorCode;
	readonly path: string;

	constructor(code: FolderErrorCode, path: string, message: string, cause?: unknown) {
		super(message, cause === undefined ? undefined : { cause });
		this.code = code;
		this.path = path;
	}
}

/** Makes an error that names a path of the trail's folder and the remedy. */
export function folderError(
	code: FolderErrorCode,
	path: string,
	message: string,
	cause?: unknown,
): FolderError {
	return new FolderFailure(code, path, message, cause);
}

/** The stream is another process's by now. */
export function takenOver(path: string): FolderError {
	return folderError(
		"ownership_lost",
		path,
		`Another process has taken over the stream ${path}, because this one did not renew its lease in time. Restart this process, and see why it stood still, or whether the clocks of the hosts that share the folder differ by a quarter of an hour.`,
	);
}

/** The text of anything thrown. */
export function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** A failure of the storage as the error that callers get. */
export function asTrailError(error: unknown): TrailError {
	return isTrailError(error)
		? error
		: trailError(
				"write_failed",
				"write_failed",
				`The trail could not be written (${reasonOf(error)}).`,
				error,
			);
}

function isTrailError(error: unknown): error is TrailError {
	return error instanceof Error && "code" in error && "lossCause" in error;
}

/** The refusal of a closed trail. */
export function closedError(): TrailError {
	return trailError("closed", "other", "The trail is closed. Record before closing the audit.");
}

/** The refusal of what cannot be sealed. */
export function invalidEventError(cause: unknown): TrailError {
	return trailError(
		"invalid_event",
		"invalid_event",
		`The event cannot be written as JSON (${reasonOf(cause)}). Hand over plain data.`,
		cause,
	);
}

/** The refusal at the limit on what is kept. */
export function fullError(): TrailError {
	return trailError(
		"full",
		"disk_full",
		"The trail has reached its limit and nothing can be removed yet. Raise maxBytes, or see which reader lags.",
	);
}

/** The refusal at the limit on what waits. */
export function queueError(maxQueueEvents: number, maxQueueBytes: number): TrailError {
	return trailError(
		"full",
		"buffer_full",
		`More events wait than maxQueueEvents (${maxQueueEvents}) or maxQueueBytes (${maxQueueBytes}) allow. The storage is slower than the traffic.`,
	);
}
