/** A label of a DNS name, as the names of most parts of Kubernetes are (RFC 1123): at most 63 characters. */
export const DNS_LABEL = /^[a-z\d](?:[-a-z\d]{0,61}[a-z\d])?$/;
