/** What a bundler puts into pages. */
const IN_PAGES = /^(?:(?:EXPO_|NEXT_|NUXT_)?PUBLIC|GATSBY|NG_APP|REACT_APP|VITE|VUE_APP)_/;
const BROWSER_ADDRESS =
  /PUBLIC|EXTERNAL|ORIGIN|CORS|CALLBACK|REDIRECT|FRONTEND|ISSUER|(?:^|_)SITE_|ROOT_URL|(?:^|_)(?:CANCEL|SUCCESS)_UR[LI]$|^(?:APP|BASE|BETTER_AUTH|CLIENT|DASHBOARD|HOME|NEXTAUTH|UI|WEB|WEB_?APP|WEBSITE)_UR[LI]$/i;
const OWN_ADDRESS = /LISTEN|BIND|ADVERTISE|HEALTH|PROBE|METRICS|^ASPNETCORE_/i;

/** Whether everybody who opens a page can read the value of a variable, by its name. */
export function isInPages(name: string): boolean {
  return IN_PAGES.test(name);
}

/** Whether an address is for browsers by its name: there localhost is the machine of whoever sits in front of it. */
export function isBrowserAddress(name: string): boolean {
  return BROWSER_ADDRESS.test(name) || isInPages(name);
}

/** Whether it is by its name an address at which a container listens or asks itself. */
export function isOwnAddress(name: string): boolean {
  return OWN_ADDRESS.test(name);
}
