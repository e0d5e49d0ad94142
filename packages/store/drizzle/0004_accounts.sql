ALTER TABLE `users` ADD `disabled_at` text;
--> statement-breakpoint
ALTER TABLE `tokens` ADD `scope` text DEFAULT 'full' NOT NULL;
--> statement-breakpoint
ALTER TABLE `tokens` ADD `guest_ids` text;
--> statement-breakpoint
ALTER TABLE `tokens` ADD `expires_at` text;
--> statement-breakpoint
DROP TABLE `login_links`;
--> statement-breakpoint
CREATE TABLE `login_links` (
	`id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`kind` text NOT NULL,
	`user_id` text,
	`role` text,
	`created_by` text,
	`created_at` text NOT NULL,
	`expires_at` text NOT NULL,
	`used_at` text,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `login_links_hash_unique` ON `login_links` (`hash`);
--> statement-breakpoint
CREATE TABLE `groups` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `groups_name_unique` ON `groups` (`name`);
--> statement-breakpoint
CREATE TABLE `group_members` (
	`group_id` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`group_id`, `user_id`),
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `group_members_by_user` ON `group_members` (`user_id`);
--> statement-breakpoint
CREATE TABLE `guest_grants` (
	`guest_id` text NOT NULL,
	`user_id` text,
	`group_id` text,
	`right` text NOT NULL,
	FOREIGN KEY (`guest_id`) REFERENCES `guests`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `guest_grants_by_user` ON `guest_grants` (`user_id`,`guest_id`);
--> statement-breakpoint
CREATE UNIQUE INDEX `guest_grants_by_group` ON `guest_grants` (`group_id`,`guest_id`);
--> statement-breakpoint
CREATE INDEX `guest_grants_by_guest` ON `guest_grants` (`guest_id`);
