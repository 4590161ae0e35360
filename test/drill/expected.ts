import type { DrillResult } from "./drill.ts";

/** What a drill broke of what the sink promises; nothing = all is kept. */
export function broken(result: DrillResult): readonly string[] {
	const { delivery, fault, ordered, confirmsLater, lost, repeated } = result;
	const promised = delivery !== "best_effort";
	const mayRepeat = delivery !== "deduplicated" && (fault.mayRepeat || confirmsLater);
	const rules: Readonly<Record<string, boolean>> = {
		[`${lost} lost`]: promised && lost > 0,
		[`${repeated} repeated`]: !mayRepeat && repeated > 0,
		[`${result.foreign} under an id that nobody recorded`]: result.foreign > 0,
		[`${result.outOfOrder} out of order`]: ordered && result.outOfOrder > 0,
		[`${result.misjudged} wrongly refused or kept`]: result.misjudged > 0,
		"the fault was not noticed": result.failures === 0 && result.poison === 0,
	};
	return Object.keys(rules).filter((rule) => rules[rule]);
}
