ALTER TABLE `users` ADD `quota` text;
--> statement-breakpoint
ALTER TABLE `users` ADD `totp` text;
--> statement-breakpoint
ALTER TABLE `groups` ADD `quota` text;
--> statement-breakpoint
ALTER TABLE `guests` ADD `discarded_at` text;
--> statement-breakpoint
CREATE TABLE `templates` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`image_id` text NOT NULL,
	`kernel_id` text,
	`sizes` text NOT NULL,
	`created_at` text NOT NULL,
	FOREIGN KEY (`image_id`) REFERENCES `images`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`kernel_id`) REFERENCES `kernels`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `templates_name_unique` ON `templates` (`name`);
