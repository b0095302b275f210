-- SHA-256 of the certificate that a server shows, hex; null where it serves plain HTTP, or behind a proxy that has its own.
alter table server add column fingerprint256 text;
