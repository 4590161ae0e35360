import type { SecurityLakeSinkOptions } from "../../security-lake.ts";
import { type Every, sinkKind } from "../kind.ts";
import { optional } from "../words.ts";
import { bucketOptions } from "./s3.ts";

export const securityLakeKind = sinkKind({
	type: "security-lake",
	example: { bucket: "aws-security-data-lake-eu-central-1-x", region: "eu-central-1" },
	peers: ["hyparquet-writer@0"],
	options: (is) => {
		const { gzip: _, ...rest } = bucketOptions(is);
		return {
			...rest,
			accountId: optional(is.text),
			source: optional(is.text),
		} satisfies Every<SecurityLakeSinkOptions>;
	},
	open: async (options) => (await import("../../security-lake.ts")).securityLakeSink(options),
});
