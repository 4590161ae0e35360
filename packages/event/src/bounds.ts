/** Bounds of the format. Characters are Unicode code points. */
export const bounds = {
	/** Bytes of a stored line, without its LF. */
	lineBytes: 65_535,
	/** Bytes to leave for `integrity` when an event is trimmed before it is sealed. */
	integrityBytes: 288,
	/** Characters of the longest searchable string. */
	textCharacters: 1024,
	/** Characters of `request.content` and `response.content`. */
	contentCharacters: 16_384,
	/** Items of each list and map, by path. */
	items: {
		"actor.auth.audience": 8,
		"actor.auth.scopes": 64,
		"actor.delegation": 10,
		"authorization.scopes_granted": 64,
		"authorization.scopes_requested": 64,
		"definition.collides_with": 8,
		"definition.fields": 16,
		"definition.hidden_text": 8,
		"finding.event_ids": 16,
		labels: 16,
		"mcp.extensions": 16,
		"mrtr.requested": 16,
		"network.http.mismatch": 8,
		redactions: 32,
		"request.shape.keys": 32,
		"response.parts": 16,
		"response.shape.keys": 32,
		"sink.event_ids": 16,
		"subscription.topics": 16,
	},
} as const;
