const CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

// As OpenTelemetry's GenAI instrumentations write it: in JavaScript true or false, in Python where it goes.
const values: ReadonlyMap<string, boolean> = new Map([
	["true", true],
	["span_only", true],
	["span_and_event", true],
	["false", false],
	["no_content", false],
	["event_only", false],
]);

/** Whether the operator wants contents on spans; undefined = nothing that is understood was said. */
export function capturesContent(): boolean | undefined {
	return values.get(process.env[CAPTURE]?.trim().toLowerCase() ?? "");
}
