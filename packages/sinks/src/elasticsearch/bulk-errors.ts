import type { Verdict } from "@mcp-trail/audit";

/** What an error of `_bulk` means for the event. */
export interface BulkError {
	readonly verdict: Verdict;
	readonly remedy: string;
	/** Passes by itself, but not soon. */
	readonly slow?: boolean;
}

const reject = (remedy: string): BulkError => ({ verdict: "reject", remedy });
const hold = (remedy: string): BulkError => ({ verdict: "hold", remedy });

const MAPPING = "The index template does not fit this event; compare it with schemas/siem/.";
const BUSY: BulkError = {
	verdict: "retry",
	remedy: "The cluster is busy; add capacity if this lasts.",
};

/** Error types of an item, on Elasticsearch 7 to 9 and OpenSearch 2 to 3. What is not here is retried. */
export const bulkErrors: Readonly<Record<string, BulkError>> = {
	mapper_parsing_exception: reject(MAPPING),
	document_parsing_exception: reject(MAPPING),
	strict_dynamic_mapping_exception: reject(MAPPING),
	index_closed_exception: hold("Open the index, or let retention delete it whole."),
	validation_exception: hold(
		"The cluster is at its limit of shards; delete old indices or raise it.",
	),
	index_not_found_exception: hold(
		"The index does not exist and may not be made; allow `action.auto_create_index` or make it.",
	),
	invalid_index_name_exception: hold("Choose another `index` or `dataStream`."),
	security_exception: hold("Give the credentials the right to create documents and indices there."),
	rejected_execution_exception: BUSY,
	es_rejected_execution_exception: BUSY,
	circuit_breaking_exception: BUSY,
	unavailable_shards_exception: {
		verdict: "retry",
		slow: true,
		remedy: "Copies of a shard are missing; look at the cluster's health.",
	},
	process_cluster_event_timeout_exception: BUSY,
};

const FLOOD: BulkError = {
	verdict: "retry",
	slow: true,
	remedy: "The disk is at its flood stage; make room, the block lifts itself.",
};
const BLOCKED = hold("The index or cluster is read-only; lift the block.");

/** Values that no index can hold; all else that is called illegal is the configuration's fault. */
const ILLEGAL_VALUE =
	/immense term|is too large, must be <= \d+|exceeds? the (?:maximum|max) allowed (?:bytes|length)|_?id.{0,40}must not be empty|UTF8 encoding is longer than the max/u;

/** What one item's error means, by its type and status together. */
export function judgeItem(status: number, type: string, reason: string): BulkError {
	if (type === "cluster_block_exception") return status === 429 ? FLOOD : BLOCKED;
	if (type === "illegal_argument_exception") {
		return ILLEGAL_VALUE.test(reason)
			? reject("A value is longer than an index can hold; set `ignore_above` in the template.")
			: hold(
					"The index is not set up for these events: look at its field limit, pipeline, write index and template.",
				);
	}
	const known = Object.hasOwn(bulkErrors, type) ? bulkErrors[type] : undefined;
	if (known !== undefined) return known;
	if (status === 401 || status === 403) return hold("Check the credentials' rights on the index.");
	if (status === 404) return hold("Check that the index, pipeline or alias exists.");
	return { verdict: "retry", remedy: "Read the cluster's log; this error is not documented." };
}
