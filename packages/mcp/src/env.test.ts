import { afterEach, expect, it, vi } from "vitest";
import { capturesContent } from "./env.ts";

afterEach(() => void vi.unstubAllEnvs());

it.each([
	["true", true],
	[" TRUE ", true],
	["SPAN_ONLY", true],
	["span_and_event", true],
	["false", false],
	["NO_CONTENT", false],
	["EVENT_ONLY", false],
	["yes", undefined],
	["", undefined],
	[undefined, undefined],
])("[otel.content] %s in the ecosystem's variable means %s", (value, expected) => {
	vi.stubEnv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", value);
	expect(capturesContent()).toBe(expected);
});
