/** Why a command ends early: nobody reads its output any more, as behind `| head`. */
export class ReaderGone extends Error {
	readonly code = "reader_gone";
}

/** True where the signal was aborted by a {@link ReaderGone}, by shape. */
export function isReaderGone({ reason }: AbortSignal): boolean {
	return reason instanceof Error && "code" in reason && reason.code === "reader_gone";
}
