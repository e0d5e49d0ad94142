ALTER TABLE `watch_links` ADD `created_by_id` text REFERENCES `users`(`id`) ON DELETE cascade;
--> statement-breakpoint
UPDATE `watch_links` SET `created_by_id` = (SELECT `id` FROM `users` WHERE `users`.`name` = `watch_links`.`created_by`);
--> statement-breakpoint
DELETE FROM `watch_links` WHERE `created_by_id` IS NULL AND `created_by` <> 'admin-socket';
