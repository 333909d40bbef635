// The version of this program. The build puts it in from package.json.

declare const __TOLLBELL_VERSION__: string | undefined;

export const VERSION: string = typeof __TOLLBELL_VERSION__ === 'string' ? __TOLLBELL_VERSION__ : '0.0.0-source';
