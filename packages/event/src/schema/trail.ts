import { block, digest, field, flag, id, id7, int, keyId, list, maybe, open } from "./kinds.ts";
import { sinkName, text, time, word } from "./kinds.ts";

const config = block("ConfigDetail", "The configuration the recorder works by.", {
	digest: field(digest, "SHA-256 of the configuration before `${env:…}` is filled in."),
	policy_digest: maybe(digest, "SHA-256 of the policy."),
	previous_digest: maybe(digest, "Digest of the configuration before this one."),
	source: maybe(word, "Where the configuration is from, such as file or code."),
	mode: maybe(open(["observe", "strict"], "observe"), "Does recording gate traffic."),
	durability: maybe(
		open(["disk", "os", "memory"], "memory"),
		"What an event has reached when it counts as recorded.",
	),
	digest_key: maybe(keyId, "Name of the current digest key."),
	digest_key_ephemeral: maybe(flag, "True: the key is random for the life of the process."),
});

const loss = block("LossDetail", "Events that could not be recorded.", {
	events: field(int(1), "How many events were lost."),
	acting_events: maybe(int(), "Of them, how many were calls that act."),
	since: field(time, "When the first was lost."),
	until: field(time, "When the last was lost."),
	cause: field(
		open(["buffer_full", "disk_full", "write_failed", "invalid_event", "other"], "other"),
		"Why they were lost.",
	),
	stream_total: maybe(int(), "How many this stream has lost in all."),
});

const recovery = block("RecoveryDetail", "An earlier stream found at start.", {
	stream_id: field(id, "The earlier stream."),
	last_sequence: field(int(), "Its last sequence; 0 = it holds no record."),
	clean_end: field(flag, "False: up to one flush interval may never have been written."),
	last_hash: maybe(digest, "Hash of its last record."),
	torn_bytes: maybe(int(), "Bytes of an incomplete last line that were set aside."),
});

const prune = block(
	"PruneDetail",
	"Part of a stream that retention is about to remove; durable before the unlink.",
	{
		stream_id: field(id, "The stream."),
		first_sequence: field(int(1), "First sequence removed."),
		last_sequence: field(int(1), "Last sequence removed."),
		last_hash: field(digest, "Hash of the last record removed."),
		reason: field(
			word,
			"Why, such as disk_limit or retention; damaged = what was removed was known not to verify.",
		),
	},
);

const checkpoint = block("CheckpointDetail", "Proof of life, also in empty intervals.", {
	events: field(int(), "Events in this stream so far."),
	open_requests: maybe(int(), "Requests without an outcome yet."),
	lost: maybe(int(), "Events lost so far."),
	undelivered: maybe(int(), "Events that some sink has not acknowledged."),
});

const sink = block("SinkDetail", "A destination refused events, or dead letters were sent again.", {
	name: field(sinkName, "Name of the sink."),
	code: field(word, "Why, in the sink's words."),
	events: field(int(1), "How many events."),
	event_ids: maybe(list(id7, 16), "The first of them."),
});

/** Detail blocks about the trail itself, in the order in which they are stored. */
export const trailDetail = {
	config: maybe(config, "The configuration the recorder works by."),
	loss: maybe(loss, "Events that could not be recorded."),
	recovery: maybe(recovery, "An earlier stream found at start."),
	prune: maybe(prune, "Part of a stream that retention is about to remove."),
	checkpoint: maybe(checkpoint, "Proof of life, also in empty intervals."),
	sink: maybe(sink, "A destination refused events, or dead letters were sent again."),
};

/** Who recorded it. */
export const producer = block("Producer", "Who recorded it.", {
	recorder: field(text(64), "Name and version of the recorder, such as mcp-trail/1.0.0."),
	service: field(text(128), "Name of the service.", { same: "OTel service.name" }),
	service_version: maybe(text(64), "Version of the service.", { same: "OTel service.version" }),
	instance: maybe(text(128), "Pod or process name.", { same: "OTel service.instance.id" }),
	host: maybe(text(255), "Name of the host.", { same: "OTel host.name" }),
	environment: maybe(text(64), "Deployment environment.", {
		same: "OTel deployment.environment.name",
	}),
	sdk: maybe(text(128), "Package and version of the MCP SDK."),
});

/** Place in the chain. */
export const integrity = block("Integrity", "Place in the chain; put on by the trail.", {
	stream_id: field(id, "One per opened trail, never reused.", {
		same: "OTEP audit.sequence.stream_id · OCSF chain_uid",
	}),
	sequence: field(int(1), "Gapless within the stream; the only order.", {
		same: "ECS event.sequence · OCSF metadata.sequence",
	}),
	previous_hash: maybe(digest, "Hash of the record before; absent exactly on sequence 1.", {
		same: "OTEP audit.sequence.previous_hash",
	}),
	hash: field(digest, "SHA-256 over the line up to here; last member of the line.", {
		same: "ECS event.hash · OCSF fingerprint",
	}),
});
