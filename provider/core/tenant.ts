/** A tenant's name: origin and path of its URL, since one host may serve several. Such as `https://contoso.immuta.cloud`. */
export const tenantOf = ({ origin, pathname }: URL): string => origin + pathname.replace(/\/+$/, "");

/** States of earlier builds name the host alone, and with it every tenant that it serves. */
export const isHostAlone = (tenant: string): boolean => !tenant.includes("://");

export const isOnHost = (tenant: string | undefined, host: string): boolean =>
  tenant !== undefined && new URL(tenant).host === host;
