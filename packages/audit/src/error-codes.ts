/** What an error code means and what to do about it. */
export interface ErrorCodeEntry {
	readonly means: string;
	readonly remedy: string;
}

/** Every `code` that an error of this package can have; docs/errors.md is kept equal to it by a test. */
export const errorCodes = {
	aborted: {
		means: "The caller gave up before the event was handed to the trail; nothing was recorded.",
		remedy: "Nothing to do, if giving up was meant.",
	},
	close_incomplete: {
		means: "The deadline of `close` passed before everything was written and closed.",
		remedy: "Raise `closeTimeoutMs`, or look at the sink or disk that the message names.",
	},
	closed: {
		means: "The audit is closing or closed and takes no more events.",
		remedy: "Close the audit after the servers and clients that record into it.",
	},
	commit_failed: {
		means: "A cursor could not be made durable; its events may be delivered again after a restart.",
		remedy: "Check the disk and the permissions of the trail's folder.",
	},
	dead_letter_unwritable: {
		means:
			"A refused event could not be written to the dead-letter file, so its lane holds; nothing is dropped.",
		remedy:
			"Set `deadLetters.dir` to a folder that this process owns, or make room in it; the lane goes on by itself.",
	},
	deadline: {
		means: "The event was not durable, or not at enough sinks, within the time asked for.",
		remedy: "Look at `health().lanes` for the slow sink, or ask for fewer sinks or more time.",
	},
	event_lost: {
		means: "An event could not be kept; it is counted in the next `trail.lost`.",
		remedy: "The message says why; see `health().trail.lastError`.",
	},
	folder_foreign: {
		means:
			"A stream, or something else in the trail's folder, is not this process's own; it is left alone.",
		remedy: "Run a recorder as the user who owns it, or move it out of the folder.",
	},
	folder_insecure: {
		means: "The trail's folder is a link, or others may write to it.",
		remedy: "Name the folder itself and run `chmod 700` on it.",
	},
	folder_unusable: {
		means: "The trail's folder, or a stream in it, cannot be used by this user.",
		remedy: "Give that user write permission and free space there, or choose another folder.",
	},
	full: {
		means: "The trail has reached its limit and could not take the event.",
		remedy: "Raise the trail's limit, or find the sink that does not deliver: `health().lanes`.",
	},
	invalid_event: {
		means: "What was handed over is not an event: no known type, or values that are not JSON.",
		remedy: "Check it with `validate` of @mcp-trail/event/schema.",
	},
	judged_invalid: {
		means: "The `judge` given in the options found fault with an event; it was kept all the same.",
		remedy: "Correct the event where it is made.",
	},
	key_file_malformed: {
		means: "A line of the digest key file is not `<key id>:<base64 of 32 bytes>`.",
		remedy: 'Write one with `echo "2026-11:$(openssl rand -base64 32)"`.',
	},
	key_file_open: {
		means: "The digest key file may be read or written by others, or belongs to somebody else.",
		remedy: "Give it to the user of this process and run `chmod 600` on it.",
	},
	key_file_unreadable: {
		means: "The digest key file does not exist, is not a regular file, or cannot be opened.",
		remedy: "Check the path and who owns it; a symbolic link is not followed.",
	},
	memory_only: {
		means:
			"Neither a trail nor a sink is given: events are in memory only, and gone with the process.",
		remedy:
			"Give `trail: fileTrail({ dir })`, or `sinks`; where memory is meant, as in a test, `trail: memoryTrail()`.",
	},
	not_enough_sinks: {
		means: "More sinks were asked for than this audit has that acknowledge.",
		remedy: "Configure more sinks, or ask for fewer; `best_effort` sinks do not count.",
	},
	open_failed: {
		means:
			"The trail could not be opened; nothing can be recorded, and everything is counted as lost.",
		remedy: "The cause names the folder or file; correct it and start again.",
	},
	open_late: {
		means:
			"The trail is still not open after five seconds; what is recorded waits in memory, within its bound.",
		remedy: "See whether the disk of the trail's folder answers, such as that of a network.",
	},
	ownership_lost: {
		means: "Another process has taken over the stream of this one, which was held for dead.",
		remedy:
			"Find out what stopped this process for so long, or whether the clocks of hosts that share the folder are a quarter of an hour apart, and start it again.",
	},
	read_failed: {
		means: "A lane could not read the trail, or could not open its cursor; it tries again.",
		remedy: "Check the trail's folder, and `mcp-trail verify` it.",
	},
	redact_failed: {
		means:
			"The policy's `redact` threw or changed what it may not; the event was kept at level `metadata`, marked `trimmed`.",
		remedy: "Correct the policy.",
	},
	segment_damaged: {
		means:
			"A line of a segment is not a record of its stream, and records follow it; it stays where it is and is passed over. Or a segment is gone that was there.",
		remedy: "Run `mcp-trail verify` on the folder.",
	},
	sink_failing: {
		means: "A sink does not take events; its lane tries again, nothing is lost meanwhile.",
		remedy: "Check that the destination is reachable; the message is the sink's own.",
	},
	sink_holding: {
		means: "A sink waits until an operator acts: credentials, permission or configuration.",
		remedy: "Do what the message says; the lane goes on by itself.",
	},
	sink_refused: {
		means: "A sink refused events for good; they are in its dead-letter file.",
		remedy: "Look at the file, correct the cause, then replay it.",
	},
	storage_failed: {
		means: "Reading, writing or removing in the trail's folder failed; it is tried again.",
		remedy: "Check the disk and the permissions.",
	},
	trail_failed: {
		means: "The trail could not take the event, or is not open.",
		remedy: "See `health().trail.lastError` and the cause.",
	},
	write_failed: {
		means: "The trail could not write the event to its storage.",
		remedy: "Check the disk; see `health().trail.lastError`.",
	},
} as const satisfies Record<string, ErrorCodeEntry>;

/** A `code` of an {@link AuditError}. */
export type AuditErrorCode = keyof typeof errorCodes;
