/** Which warning lists make benign.json, and how a value on each may link cases. */

/**
 * never     the value is everybody's: it links nothing
 * url_only  many people's content under one name: the name links nothing, a full URL on it may
 * tenant    rented out by name or address: the bare name links nothing, what a tenant holds may
 * few       an address many sites share: it links the few cases that hold it, and nothing once they are many
 */
export type Links = "never" | "url_only" | "tenant" | "few";

export interface ListSource {
  readonly id: string;
  readonly links: Links;
}

export const addressLists: readonly ListSource[] = [
  ...["rfc1918", "rfc5735", "rfc6598", "ipv6-linklocal"],
  ...["zscaler", "ovh-cluster"],
  ...["apple", "microsoft-office365-ip", "googlebot", "wikimedia", "telegram-ips", "crl-ip"],
  ...["smtp-receiving-ips", "sinkholes", "parking-domain"],
  ...["shodan-scanning", "censys-scanning", "onyphe-scanner", "shadowserver"],
]
  .map((id): ListSource => ({ id, links: "never" }))
  .concat(
    ["amazon-aws", "microsoft-azure", "google-gcp", "oracle-oci"].map((id) => ({ id, links: "tenant" })),
    ["cloudflare", "akamai", "fastly", "bunny-net", "stackpath"].map((id) => ({ id, links: "few" })),
  );

/** Lists of names; a leading dot, or a list in `withSubdomains`, means the name and all below it. */
export const nameLists: readonly ListSource[] = [
  ...["microsoft", "microsoft-office365", "microsoft-win10-connection-endpoints", "google"],
  ...["security-provider-blogpost", "automated-malware-analysis", "captive-portals", "crl-hostname"],
  ...["whats-my-ip", "findip-host", "rfc6761"],
]
  .map((id): ListSource => ({ id, links: "never" }))
  .concat(
    ["url-shortener", "link-in-bio", "public-ipfs-gateways", "lots-project"].map((id) => ({
      id,
      links: "url_only",
    })),
  );

export const withSubdomains = new Set([
  ...["microsoft", "microsoft-office365", "google", "automated-malware-analysis", "rfc6761", "url-shortener"],
  ...["whats-my-ip", "link-in-bio", "lots-project"],
]);

export const hashLists = ["empty-hashes", "common-ioc-false-positive", "eicar.com"];

/** Ranked lists whose common entries are the "popular" list: each alone holds short-lived and hostile names. */
export const popularityLists = ["tranco10k", "cloudflare-top10k", "cisco_top10k"];

/**
 * Left out of the special ranges: hatrack's fixtures, like everybody's documentation, put hostile hosts there, and
 * on a real network they do not occur.
 */
export const documentationRanges = new Set(["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"]);

/** Resolvers a network sends its questions to; of 62,745 on the warning list only these are nobody's own. */
export const wellKnownResolvers = [
  ...["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.0.0.1", "1.0.0.2", "1.0.0.3", "8.8.8.8", "8.8.4.4"],
  ...["9.9.9.9", "9.9.9.10", "9.9.9.11", "149.112.112.112", "149.112.112.11"],
  ...["208.67.222.222", "208.67.220.220", "208.67.220.123", "94.140.14.14", "94.140.15.15"],
  ...["76.76.2.0", "76.76.10.0", "64.6.64.6", "64.6.65.6", "4.2.2.1", "4.2.2.2", "4.2.2.3", "4.2.2.4"],
  ...["4.2.2.5", "4.2.2.6", "77.88.8.1", "77.88.8.8", "114.114.114.114", "114.114.115.115", "223.6.6.6"],
  ...["185.228.168.9", "185.228.169.9", "156.154.70.1", "156.154.71.1", "8.26.56.26", "8.20.247.20"],
  ...["168.95.1.1", "101.101.101.101", "185.222.222.222", "45.11.45.11", "193.110.81.0"],
  ...["2606:4700:4700::1111", "2001:4860:4860::8888", "2001:4860:4860::8844", "2620:fe::fe", "2620:fe::9"],
  ...["2620:119:35::35", "2a10:50c0::ad1:ff", "2a10:50c0::ad2:ff", "2a02:6b8::feed:ff"],
];

/** Not on any of the lists: sites analysts cite, names rented out, and Falcon's placeholder for a hash it did not compute. */
export const ownEntries = {
  analystSites: [
    ...[".abuse.ch", ".alienvault.com", ".censys.io", ".cisa.gov", ".crowdstrike.com", ".greynoise.io"],
    ...[".mitre.org", ".nist.gov", ".shodan.io", ".urlscan.io", ".virustotal.com"],
  ],
  sharedContent: [
    ...["cdn.discordapp.com", "gist.githubusercontent.com", "media.discordapp.net"],
    ...["objects.githubusercontent.com", "raw.githubusercontent.com"],
  ],
  /** Hosting under the provider's name that no public suffix list names. */
  rentedNames: [
    ...["file.core.windows.net", "firebaseio.com", "my.salesforce.com", "servicebus.windows.net"],
    "substack.com",
  ],
  placeholderHashes: ["0".repeat(32), "0".repeat(40), "0".repeat(64)],
};
