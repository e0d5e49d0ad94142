CREATE TABLE `guest_typing` (
	`guest_id` text PRIMARY KEY NOT NULL,
	`shared` text NOT NULL,
	`recorded` integer NOT NULL,
	FOREIGN KEY (`guest_id`) REFERENCES `guests`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `watch_links` (
	`id` text PRIMARY KEY NOT NULL,
	`guest_id` text NOT NULL,
	`console` text NOT NULL,
	`hash` text NOT NULL,
	`label` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text NOT NULL,
	FOREIGN KEY (`guest_id`) REFERENCES `guests`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `watch_links_hash_unique` ON `watch_links` (`hash`);
--> statement-breakpoint
CREATE INDEX `watch_links_by_guest` ON `watch_links` (`guest_id`);
