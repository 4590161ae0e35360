/** Where a Microsoft cloud gives tokens, and for what. */
export interface Cloud {
	readonly login: string;
	readonly scope: string;
}

/** Microsoft's clouds by what the option calls them. */
export const clouds = {
	public: {
		login: "https://login.microsoftonline.com",
		scope: "https://monitor.azure.com//.default",
	},
	government: {
		login: "https://login.microsoftonline.us",
		scope: "https://monitor.azure.us//.default",
	},
	china: {
		login: "https://login.partner.microsoftonline.cn",
		scope: "https://monitor.azure.cn//.default",
	},
} as const satisfies Readonly<Record<string, Cloud>>;
